"""Error texts for a missing token, without any token in them.

azure-core quotes the response that it could not read, and that response may be a token.
"""

import re

from azure.core.exceptions import AzureError

from shared.render.text.escape import MAX_ERROR_CHARS, clean

_TOKEN = re.compile(r"eyJ[\w.=-]*")
"""Every JWT begins with this: `{"` in Base64."""


def why_no_token(error: Exception) -> str:
    """Return the text of an error of azure-identity on one line, without its full stop."""
    # str() of an AzureError ends with the response.
    text = str(error.message) if isinstance(error, AzureError) else str(error)
    return clean(_TOKEN.sub("…", text), MAX_ERROR_CHARS).rstrip(".")


def no_token_for_graph(error: Exception) -> str:
    """Return why there is no token for Graph and what to do, without the last full stop."""
    return _no_token("Graph", error)


def no_token_for_flow(error: Exception) -> str:
    """Return why there is no token for Power Automate and what to do."""
    return _no_token("Power Automate", error)


def _no_token(service: str, error: Exception) -> str:
    return (
        f"No token for {service}. The sign-in says: {why_no_token(error)}. In Azure: is the managed"
        " identity assigned to the app, and does AZURE_CLIENT_ID name it? On a laptop: sign in"
        " with 'az login'; or run the stand-in tenant (python -m local.tenant), if the settings"
        " name it"
    )
