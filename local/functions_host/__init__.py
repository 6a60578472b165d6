"""The local Functions host around the real Python worker."""
