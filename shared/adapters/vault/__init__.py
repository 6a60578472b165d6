"""The vault for new secrets: Azure Key Vault."""
