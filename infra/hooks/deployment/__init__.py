"""Modules of the hooks: Python 3.10 and its standard library, on the deployer's machine."""
