"""The inventory: every credential in the tenant, judged like those of watched apps."""
