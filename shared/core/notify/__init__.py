"""Which messages are due, to whom and why, and when the next one comes."""
