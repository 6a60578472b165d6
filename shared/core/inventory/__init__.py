"""The inventory: every credential in the tenant, judged and notified like the watched apps."""
