"""Errors of the local host: an app that cannot be hosted, or a function that raised."""


class HostError(Exception):
    """The app cannot be hosted. The text names the cause; a note has the stack."""


class NoStorage(HostError):
    """The setting with the connection string of a storage account is missing."""


class InvocationFailed(Exception):
    """A function raised. The text is the type and the message of the exception."""

    def __init__(self, text: str, stack: str = "") -> None:
        """Create the error; `stack` is the traceback, as text."""
        super().__init__(text)
        self.stack = stack


class Interrupted(InvocationFailed):
    """The host stopped before the function ended: nothing is recorded of its run."""


def indexing_error(function: str, reason: object) -> str:
    """Return the host's sentence about a function that cannot be registered."""
    return f"Microsoft.Azure.WebJobs.Host: Error indexing method 'Functions.{function}'. {reason}"


def brief(error: Exception) -> str:
    """Return the text of an error on one line."""
    return " ".join(str(error).split())[:200]
