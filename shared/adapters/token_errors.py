"""Why there is no token, in words that hold no token: azure-core quotes the answer that it could not read, and that may be one."""

import re

from azure.core.exceptions import AzureError

from shared.render.text.escape import plain

_TOKEN = re.compile(r"eyJ[\w.=-]*")
"""How each JWT begins: `{"` in Base64."""


def why_no_token(error: Exception) -> str:
    """Give an error of azure-identity, or of a credential like it, on one line of at most 300 characters, without its full stop."""
    text = (
        str(error.message) if isinstance(error, AzureError) else str(error)
    )  # as a string it has the answer at its end
    return plain(_TOKEN.sub("…", text)).rstrip(".")


def no_token_for_graph(error: Exception) -> str:
    """Give the sentences that say why there is no token for Graph, and what to do, without the last full stop."""
    return (
        f"No token for Graph. The sign-in says: {why_no_token(error)}. In Azure: is the managed identity assigned to the app, and does"
        " AZURE_CLIENT_ID name it? On a laptop: sign in with 'az login'; or run the stand-in tenant (python -m local.tenant), if"
        " that is what the settings name"
    )
