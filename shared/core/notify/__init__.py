"""Notifying: which message is due, to whom, why, and which comes next."""
