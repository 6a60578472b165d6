"""A cursor on a table of a TOML document: it knows its key path, notes every problem there, and finds the keys that nobody asked for."""

import re
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

from shared.config.problems import Problems
from shared.config.toml_lines import line_at
from shared.config.values import Rule, did_you_mean, shown

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}(\[[0-9]+\])?")

type Build[T] = Callable[["Table"], T]


class Table:
    """One table. Each reading method gives a good value, or notes the problem and gives the stand-in, so that reading goes on."""

    def __init__(
        self,
        values: Mapping[str, Any],
        file: str,
        path: str,
        problems: Problems,
        lines: Mapping[str, int],
    ) -> None:
        """Stand on `values`, which is the table at `path` (empty: the top) of `file`; `lines` says where each path stands in it."""
        self._values = values
        self._file = file
        self._path = path
        self._problems = problems
        self._lines = lines
        self._asked: set[str] = set()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that the table has, in their order."""
        return tuple(self._values)

    def has(self, key: str) -> bool:
        """Tell whether the table has the key, which is thereby known."""
        self._asked.add(key)
        return key in self._values

    def is_empty(self, key: str) -> bool:
        """Tell whether the key holds an empty list."""
        return bool(self._take(key) == [])

    def place(self, key: str = "") -> str:
        """Name a key of this table, or the table itself, for a message."""
        path = self._path_of(key) if key else self._path
        line = line_at(path, self._lines)
        return (
            f"{self._file}: {path}" + (f" (line {line})" if line is not None else "")
            if path
            else self._file
        )

    def problem(self, key: str, found: str, expected: str, todo: str = "") -> None:
        """Note a problem with a key, or with the table itself if `key` is empty."""
        self._problems.add(self.place(key), found, expected, todo)

    def required[T](self, key: str, rule: Rule[T], stand_in: T) -> T:
        """Read a key that must be there."""
        value = self._take(key)
        return self._problems.attempt(self.place(key), lambda: rule(value), stand_in)

    def optional[T](self, key: str, rule: Rule[T], default: T) -> T:
        """Read a key that may be left out."""
        return self.required(key, rule, default) if self.has(key) else default

    def each[T](self, key: str, rule: Rule[T], expected: str) -> tuple[T, ...]:
        """Read a list, every element by the same rule, at least one; those that break it are left out."""
        elements = self._take(key)
        if not isinstance(elements, list) or not elements:
            self.problem(key, shown(elements), expected)
            return ()

        def one(index: int) -> tuple[T, ...]:
            return self._problems.attempt(
                self.place(f"{key}[{index}]"), lambda: (rule(elements[index]),), ()
            )

        return tuple(chain.from_iterable(one(index) for index in range(len(elements))))

    def nested[T](self, key: str, build: Build[T], stand_in: T, expected: str) -> T:
        """Read a table within this one."""
        value = self._take(key)
        if not isinstance(value, dict):
            self.problem(key, shown(value), expected)
            return stand_in
        return self._below(value, key).read(build)

    def tables[T](self, key: str, build: Build[T], expected: str) -> tuple[T, ...]:
        """Read an array of tables, `[[key]]`, at least one."""
        values = self._take(key)
        if (
            not isinstance(values, list)
            or not values
            or not all(isinstance(value, dict) for value in values)
        ):
            self.problem(key, shown(values), expected)
            return ()
        return tuple(
            self._below(value, f"{key}[{index}]").read(build) for index, value in enumerate(values)
        )

    def read[T](self, build: Build[T]) -> T:
        """Build a value from this table, then note the keys that `build` did not ask for."""
        built = build(self)
        for key in self.keys:
            if key not in self._asked:
                known = sorted(self._asked)
                self.problem(
                    "",
                    f"unknown key {shown(key)}",
                    f"only {', '.join(known)}",
                    did_you_mean(key, known),
                )
        return built

    def give_up(self) -> None:
        """Call no other key of this table unknown: what it is about is wrong already."""
        self._asked.update(self.keys)

    def _take(self, key: str) -> Any:  # noqa: ANN401  (what a document holds is anything until a rule has looked at it)
        self._asked.add(key)
        return self._values.get(key)

    def _below(self, values: Mapping[str, Any], key: str) -> "Table":
        return Table(values, self._file, self._path_of(key), self._problems, self._lines)

    def _path_of(self, key: str) -> str:
        name = key if _PLAIN_KEY.fullmatch(key) else shown(key)
        return f"{self._path}.{name}" if self._path else name
