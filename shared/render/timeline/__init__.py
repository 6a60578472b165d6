"""The timeline chart of the page and of `forecast --svg`."""
