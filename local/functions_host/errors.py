"""Errors of the local host: an app that cannot be hosted, or a function that raised."""


class HostError(Exception):
    """The app cannot be hosted. The text names the cause; a note has the stack."""


class InvocationFailed(Exception):
    """A function raised. The text is the type and the message of the exception."""

    def __init__(self, text: str, stack: str = "") -> None:
        """Create the error; `stack` is the traceback, as text."""
        super().__init__(text)
        self.stack = stack


class HostStopped(InvocationFailed):
    """The host stopped before the function ended: nothing may be recorded about it."""
