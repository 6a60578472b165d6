"""What the demo (`local.demo`) is made of: the terminal, the app and its page, the messages."""
