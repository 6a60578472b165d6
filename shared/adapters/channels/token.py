"""A token of the app's identity for one message; no error and no log shows any of it."""

from collections.abc import Callable

from azure.core.credentials import TokenCredential

from shared.adapters.channels.retry import Failure
from shared.ports.errors import DirectoryError

type CredentialFactory = Callable[[], TokenCredential]
type TokenError = Callable[[Exception], str]
"""Returns why there is no token and what to do, without the last full stop."""


def token_for(scope: str, sign_in: CredentialFactory, explain: TokenError) -> str | Failure:
    """Return a token or a failure; an exception of the library may contain a token."""
    try:
        credential = sign_in()
    except DirectoryError as error:  # no safe way to sign in
        return Failure(str(error).rstrip("."), transient=error.transient)
    try:
        return credential.get_token(scope).token
    except Exception as error:  # noqa: BLE001  (azure-identity raises more than its own errors)
        return Failure(explain(error), transient=True, code=type(error).__name__)
    finally:
        if close := getattr(credential, "close", None):
            close()
