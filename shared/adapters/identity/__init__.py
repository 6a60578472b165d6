"""Tokens: the managed identity, other tenants, and visitors of the page."""
