"""The inventory: every app in one tenant, judged and decided on like the watched apps."""
