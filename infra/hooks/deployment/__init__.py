"""What the hooks share. Standard library only, Python 3.10 or newer: they run on the machine of whoever deploys."""
