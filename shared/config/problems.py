"""Every mistake is found before any is told: problems are collected, and raised together."""

from collections.abc import Callable
from dataclasses import dataclass


class Wrong(Exception):
    """One value breaks its rule. The rule knows what it found and wants; whoever applies it knows the place.

    `found` never holds a value that may be a credential.
    """

    def __init__(self, found: str, expected: str, todo: str = "", *, setting: str = "") -> None:
        """Say what was found (a noun phrase), what was expected, and what to do (a sentence, where it is not plain).

        `setting` names the setting to correct, where the value was read from another place that only points to it.
        """
        super().__init__(f"{found}; expected {expected}")
        self.found = found
        self.expected = expected
        self.todo = todo
        self.setting = setting


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake of settings, watchlist or runbook, for the person who corrects it."""

    place: str
    """A setting's name, or a file and the key path or line in it."""
    found: str
    expected: str
    todo: str = ""

    def __str__(self) -> str:
        """Give all of it in one line."""
        return " ".join(
            filter(None, (f"{self.place}: {self.found}; expected {self.expected}.", self.todo))
        )


class Misconfigured(Exception):
    """Settings, watchlist and runbooks cannot be used; the text lists every mistake in them, a line each."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Keep `problems`, which are not empty."""
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        """List the problems under a heading."""
        count = "1 mistake" if len(self.problems) == 1 else f"{len(self.problems)} mistakes"
        return "\n".join(
            (f"{count} in the configuration:", *(f"- {problem}" for problem in self.problems))
        )


class Problems:
    """Collects problems while reading goes on, so that one mistake does not hide the next."""

    def __init__(self) -> None:
        """Start with none."""
        self._found: list[Problem] = []

    def add(self, place: str, found: str, expected: str, todo: str = "") -> None:
        """Note a problem."""
        self._found.append(Problem(place, found, expected, todo))

    def attempt[T](self, place: str, read: Callable[[], T], stand_in: T) -> T:
        """Give what `read` gives. Where that is wrong, note it and give `stand_in`, which lets reading go on and is never used.

        `place` may be empty where the setting itself is the place.
        """
        try:
            return read()
        except Wrong as wrong:
            setting = f"setting {wrong.setting}" if wrong.setting else ""
            named_by = f"(named by {place})" if setting and place else place
            self.add(
                " ".join(filter(None, (setting, named_by))), wrong.found, wrong.expected, wrong.todo
            )
        except Misconfigured as misconfigured:
            self._found.extend(misconfigured.problems)
        return stand_in

    def raise_if_any(self) -> None:
        """Raise `Misconfigured` with each problem once (two services may share one wrong runbook), if there are any."""
        if self._found:
            raise Misconfigured(tuple(dict.fromkeys(self._found)))
