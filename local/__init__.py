"""Stand-ins for what Azure does, on loopback only: a tenant, a host, and what the demo needs."""
