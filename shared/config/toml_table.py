"""Read a TOML table, collect all errors (with path and line), reject unknown keys."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from shared.config.description import describe, did_you_mean
from shared.config.problems import ConfigProblems
from shared.config.toml_lines import line_at
from shared.config.values import ValueRule

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}(\[[0-9]+\])?")

type Build[T] = Callable[["TomlTable"], T]


class TomlTable:
    """One table. A method that reads a wrong value adds a problem and returns the fallback."""

    def __init__(
        self,
        values: Mapping[str, Any],
        file: str,
        path: str,
        problems: ConfigProblems,
        lines: Mapping[str, int],
    ) -> None:
        """Read `values`, the table at `path` (empty: the top) of `file`.

        `lines` has the line of each path.
        """
        self._values = values
        self._file = file
        self._path = path
        self._problems = problems
        self._lines = lines
        self._known: set[str] = set()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the table, in their order."""
        return tuple(self._values)

    def has(self, key: str) -> bool:
        """Return whether the table has the key, which counts as known from now on."""
        self._known.add(key)
        return key in self._values

    def is_empty(self, key: str) -> bool:
        """Return whether the key contains an empty list."""
        return bool(self._take(key) == [])

    def place(self, key: str = "") -> str:
        """Return how a message names a key of this table, or the table itself."""
        path = self._path_of(key) if key else self._path
        line = line_at(path, self._lines)
        place = f"{self._file}: {path}" if path else self._file
        return f"{place} (line {line})" if path and line is not None else place

    def problem(self, key: str, found: str, expected: str, todo: str = "") -> None:
        """Add a problem with a key, or with the table itself if `key` is empty."""
        self._problems.add(self.place(key), found, expected, todo)

    def required[T](self, key: str, rule: ValueRule[T], fallback: T) -> T:
        """Return the value of a key that must be present."""
        value = self._take(key)
        return self._problems.read_or(fallback, self.place(key), lambda: rule(value))

    def optional[T](self, key: str, rule: ValueRule[T], default: T) -> T:
        """Return the value of a key, or the default if it is absent."""
        return self.required(key, rule, default) if self.has(key) else default

    def each[T](self, key: str, rule: ValueRule[T], expected: str) -> tuple[T, ...]:
        """Return the accepted elements of a list that must have at least one element."""
        elements = self._take(key)
        if not isinstance(elements, list) or not elements:
            self.problem(key, describe(elements), expected)
            return ()
        return tuple(
            accepted
            for index, element in enumerate(elements)
            for accepted in self._element(f"{key}[{index}]", rule, element)
        )

    def nested[T](self, key: str, build: Build[T], fallback: T, expected: str) -> T:
        """Return what `build` makes of a table within this one."""
        value = self._take(key)
        if not isinstance(value, dict):
            self.problem(key, describe(value), expected)
            return fallback
        return self._below(value, key).read(build)

    def tables[T](self, key: str, build: Build[T], expected: str) -> tuple[T, ...]:
        """Return what `build` makes of each table in `[[key]]`; there must be at least one."""
        values = self._take(key)
        is_array = isinstance(values, list) and all(isinstance(each, dict) for each in values)
        if not is_array or not values:
            self.problem(key, describe(values), expected)
            return ()
        return tuple(
            self._below(value, f"{key}[{index}]").read(build) for index, value in enumerate(values)
        )

    def read[T](self, build: Build[T]) -> T:
        """Build a value from this table, then add a problem for each key that was not read."""
        built = build(self)
        known = sorted(self._known)
        for key in self.keys:
            if key not in self._known:
                found, expected = f"unknown key {describe(key)}", f"only {', '.join(known)}"
                self.problem("", found, expected, did_you_mean(key, known))
        return built

    def accept_all_keys(self) -> None:
        """Report no key of this table as unknown, because its kind is wrong already."""
        self._known.update(self.keys)

    def _take(self, key: str) -> Any:  # noqa: ANN401  (a document has any type until a rule accepts it)
        self._known.add(key)
        return self._values.get(key)

    def _element[T](self, key: str, rule: ValueRule[T], element: object) -> tuple[T, ...]:
        return self._problems.read_or((), self.place(key), lambda: (rule(element),))

    def _below(self, values: Mapping[str, Any], key: str) -> "TomlTable":
        return TomlTable(values, self._file, self._path_of(key), self._problems, self._lines)

    def _path_of(self, key: str) -> str:
        name = key if _PLAIN_KEY.fullmatch(key) else describe(key)
        return f"{self._path}.{name}" if self._path else name
