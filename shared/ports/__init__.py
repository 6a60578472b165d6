"""The outside services that the use cases need, as protocols, and their errors."""
