"""Modules of the hooks. They run on the deployer's machine: Python 3.10, standard library only."""
