"""Mistakes in settings, watchlist and runbooks: collected while reading, raised together."""

from collections.abc import Callable
from dataclasses import dataclass


class InvalidValue(Exception):
    """One value breaks its rule; the code that applied the rule adds the place.

    `found` never contains a value that may be a credential.
    """

    def __init__(self, found: str, expected: str, todo: str = "", *, setting: str = "") -> None:
        """Keep what was found, what was expected, and what to do (a sentence, or empty).

        `setting` names the setting to correct, if the value in the file only points to it.
        """
        super().__init__(f"{found}; expected {expected}")
        self.found = found
        self.expected = expected
        self.todo = todo
        self.setting = setting


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """A mistake in settings, watchlist or runbook, for the person who corrects it."""

    place: str
    """A setting's name, or a file and the key path or line in it."""
    found: str
    expected: str
    todo: str = ""

    def __str__(self) -> str:
        """Return all of it in one line."""
        sentence = f"{self.place}: {self.found}; expected {self.expected}."
        return f"{sentence} {self.todo}".rstrip()


class Misconfigured(Exception):
    """Settings, watchlist and runbooks cannot be used; the text lists every mistake."""

    def __init__(self, problems: tuple[ConfigProblem, ...]) -> None:
        """Keep `problems`, at least one."""
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        """Return the problems under a heading, one a line."""
        count = "1 mistake" if len(self.problems) == 1 else f"{len(self.problems)} mistakes"
        lines = (f"- {problem}" for problem in self.problems)
        return "\n".join((f"{count} in the configuration:", *lines))


class ConfigProblems:
    """Collects problems while reading continues, so that one mistake does not hide the next."""

    def __init__(self) -> None:
        """Start with none."""
        self._found: list[ConfigProblem] = []

    def add(self, place: str, found: str, expected: str, todo: str = "") -> None:
        """Add a problem."""
        self._found.append(ConfigProblem(place, found, expected, todo))

    def read_or[T](self, fallback: T, place: str, read: Callable[[], T]) -> T:
        """Return what `read` returns; if it raises, add its problems and return `fallback`.

        The fallback only lets reading continue: it is never used, because loading fails later.
        `place` may be empty if the setting itself is the place.
        """
        try:
            return read()
        except InvalidValue as error:
            setting = f"setting {error.setting}" if error.setting else ""
            source = f"(named by {place})" if setting and place else place
            self.add(f"{setting} {source}".strip(), error.found, error.expected, error.todo)
        except Misconfigured as error:
            self._found.extend(error.problems)
        return fallback

    def raise_if_any(self) -> None:
        """Raise `Misconfigured` with each problem once, if there are any.

        Two services may share one runbook, whose problems would otherwise appear twice.
        """
        if self._found:
            raise Misconfigured(tuple(dict.fromkeys(self._found)))
