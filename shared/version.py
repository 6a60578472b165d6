"""The version of the program, and its only source: `pyproject.toml` reads it from here.

The package in Azure has no `pyproject.toml`.
"""

VERSION = "1.0.0"
