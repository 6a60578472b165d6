"""The errors of the ports. An adapter raises only these, never an exception of an SDK.

The text is a sentence for people: what failed, and what to do.
"""


class PortError(Exception):
    """An outside service failed. The text names the service, what happened and what to do."""

    def __init__(self, text: str, *, transient: bool = True, code: str = "") -> None:
        """Set the text, which is never empty.

        Args:
            text: What people read.
            transient: Whether the same call may succeed later.
            code: The service's own name for the error: a word or a status.
        """
        super().__init__(text or "Unknown error (no details available).")
        self.transient = transient
        self.code = code


class DirectoryError(PortError):
    """Graph, or the token for Graph, failed; or Graph's response could not be understood."""

    def __init__(
        self, text: str, *, transient: bool = True, code: str = "", request_id: str = ""
    ) -> None:
        """Set the text, and Graph's error code and request id where known."""
        super().__init__(text, transient=transient, code=code)
        self.request_id = request_id


class LedgerError(PortError):
    """The ledger could not be read or written."""


class LedgerConflict(LedgerError):
    """The row was changed since it was read; nothing was written."""


class UnreadableRowConflict(LedgerConflict):
    """The row that was to be written exists and cannot be read; nothing was written."""


class LeaseLost(LedgerError):
    """The lease of the check expired or was taken: stop before the next effect."""


class ChannelError(PortError):
    """A message could not be delivered."""


class VaultError(PortError):
    """The vault could not be asked to keep, return or delete a value."""


class CreationRefused(PortError):
    """Entra did not create the secret."""


class CreationUnknown(PortError):
    """Entra was asked to create the secret, and whether it did is not known."""


class NotSignedIn(PortError):
    """The request has no valid ID token. The text contains nothing of the token."""

    def __init__(self, text: str) -> None:
        """Set the text. The error is not transient: the same token fails again."""
        super().__init__(text, transient=False)


class TokenVerifierError(PortError):
    """An ID token could not be verified: the issuer's keys could not be read."""
