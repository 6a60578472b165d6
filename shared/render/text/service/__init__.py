"""The sentences about a service."""
