"""Sign-in: the managed identity, other tenants, and visitors of the page."""
