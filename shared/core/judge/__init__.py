"""Judging: from what Graph shows and the ledger remembers to the standing of each item."""
