"""From what Graph shows and the ledger remembers to the status of each item."""
