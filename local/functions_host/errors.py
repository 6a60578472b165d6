"""How the local host fails: an app that cannot be hosted, or a function that raised."""


class HostError(Exception):
    """The app cannot be hosted. The text is a sentence that names the function, file or setting; a note has the stack of the app."""


class InvocationFailed(Exception):
    """A function raised. The text is the type and the message of what it raised."""

    def __init__(self, text: str, stack: str = "") -> None:
        """Say `text`; `stack` is the traceback, as text."""
        super().__init__(text)
        self.stack = stack
