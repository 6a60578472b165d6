"""Why there is no token, in words that hold no token: azure-core quotes the answer that it could not read, and that may be one."""

import re

from azure.core.exceptions import AzureError

_TOKEN = re.compile(r"eyJ[\w.=-]*")
"""How each JWT begins: `{"` in Base64."""


def why_no_token(error: Exception) -> str:
    """Give an error of azure-identity, or of a credential like it, on one line of at most 300 characters."""
    text = str(error.message) if isinstance(error, AzureError) else str(error)  # as a string it has the answer at its end
    return _TOKEN.sub("…", " ".join(text.split()))[:300]
