"""The generated tables of docs/reference."""
