"""Channels: Teams, mail and the heartbeat."""
