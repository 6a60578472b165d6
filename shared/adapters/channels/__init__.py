"""Channels: Teams, mail, webhooks and the heartbeat."""
