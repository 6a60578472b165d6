"""A value that cannot be printed."""


class Secret:
    """A text that must not reach a log, an error, a page or a ledger row."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Keep `value` out of repr, str and format."""
        self._value = value

    def reveal(self) -> str:
        """Return the text, for the one call that needs it."""
        return self._value

    def __repr__(self) -> str:
        """Return stars instead of the value."""
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        """Compare by value."""
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        """Hash by value."""
        return hash(self._value)

    def __reduce__(self) -> str:
        """Raise `TypeError`: a pickle would contain the text."""
        raise TypeError("a Secret is not serialised")
