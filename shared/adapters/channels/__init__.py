"""Where messages go: Teams, mail, heartbeat."""
