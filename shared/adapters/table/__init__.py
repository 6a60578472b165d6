"""The ledger in Azure Table Storage."""
