"""One outside service in each package; its errors become those of its port."""
