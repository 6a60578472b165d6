"""A value that cannot be printed: whatever shows it, shows stars."""


class Secret:
    """Holds a text that must not reach a log, an error, a page or a ledger row; only `reveal()` gives it back."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Keep `value`; it is never part of repr, str or format."""
        self._value = value

    def reveal(self) -> str:
        """Give the text itself, for the one call that needs it."""
        return self._value

    def __repr__(self) -> str:
        """Say that there is a value, never which."""
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        """Compare by value."""
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        """Hash by value."""
        return hash(self._value)

    def __reduce__(self) -> str:
        """Refuse to be pickled: a pickle would carry the text."""
        raise TypeError("a Secret is not serialised")
