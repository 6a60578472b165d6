"""The site of the documents: `make docs`. Sphinx, MyST and Furo make it from docs/ as it is."""
