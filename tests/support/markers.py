"""Markers for tests that need more than Python. They follow from the code that a test uses.

A test uses what its function, its fixtures, and what these call in `tests` and `local` name. An
audit hook fails a test that starts a process without a marker.
"""

import functools
import platform
import subprocess
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from local import cards
from local.azurite import Azurite
from local.docs_site import one_sheet
from tests.support import az, kql_binding
from tests.support.forks import Forks

MARKERS = {
    Azurite: "azurite",
    sync_playwright: "browser",
    cards.drawn: "browser",
    one_sheet.sheets: "browser",
    cards.problems: "node",
    kql_binding.bound: "node",
    subprocess: "process",
    subprocess.Popen: "process",
    subprocess.run: "process",
    Forks: "process",
    az.az_of: "process",
    az.az_that: "process",
}
"""The marker of each thing that a test may use."""
STARTS = {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn"}
"""The audit events of a process start."""
PROPERTIES = (property, functools.cached_property)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test."""
    for item in items:
        for marker in sorted(_markers_of(item)):
            item.add_marker(marker)


class Guard:
    """Fail a test that starts a process without a marker for it."""

    def __init__(self) -> None:
        self.forbidden = ""
        sys.addaudithook(self._audit)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Note which test runs."""
        marked = any(item.get_closest_marker(marker) for marker in MARKERS.values())
        self.forbidden = "" if marked else item.nodeid
        try:
            return (yield)
        finally:
            self.forbidden = ""

    def _audit(self, event: str, _arguments: tuple[Any, ...]) -> None:
        if self.forbidden and event in STARTS:
            test, self.forbidden = self.forbidden, ""
            known = ", ".join(sorted(set(MARKERS.values())))
            raise AssertionError(f"{test} starts a process, but has none of these markers: {known}")


def pytest_configure(config: pytest.Config) -> None:
    """Register the guard."""
    platform.platform()  # the SDK calls it: it starts `uname` once, and keeps the answer
    config.pluginmanager.register(Guard(), "guard")


def _markers_of(item: pytest.Item) -> set[str]:
    functions = [getattr(item, "function", None)]
    for fixtures in getattr(item, "_fixtureinfo").name2fixturedefs.values():  # noqa: B009  (private, and there is no other way to it)
        functions += [fixture.func for fixture in fixtures]
    return set().union(
        *(uses(function) for function in functions if isinstance(function, FunctionType))
    )


@functools.cache
def uses(function: FunctionType) -> frozenset[str]:
    """Return the markers of all that a function uses."""
    found: set[str] = set()
    seen: set[int] = set()
    waiting: list[object] = [function]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        marker = _marker(each)
        if marker:
            found.add(marker)
        else:
            waiting += _named_in(each)
    return frozenset(found)


def _marker(each: object) -> str:
    return next((marker for known, marker in MARKERS.items() if each is known), "")


def _named_in(each: object) -> tuple[object, ...]:
    """Return the objects that a function or a class of ours names."""
    each = getattr(each, "__wrapped__", each)
    if isinstance(each, MethodType | staticmethod | classmethod):
        each = each.__func__
    if isinstance(each, PROPERTIES):
        each = getattr(each, "fget", None) or getattr(each, "func", None)
    return _named(each) if _is_ours(each) and isinstance(each, FunctionType | type) else ()


def _is_ours(each: object) -> bool:
    return str(getattr(each, "__module__", "")).startswith(("tests.", "local."))


@functools.cache
def _named(each: FunctionType | type) -> tuple[object, ...]:
    return tuple(
        named
        for named in _each_named(each)
        if isinstance(named, PROPERTIES) or _is_ours(named) or _marker(named)
    )


def _each_named(each: FunctionType | type) -> Iterator[object]:
    if isinstance(each, FunctionType):
        for name in _names(each.__code__):
            value = each.__globals__.get(name)
            yield value
            if isinstance(value, ModuleType) and value.__name__.startswith(("tests.", "local.")):
                yield from (getattr(value, other, None) for other in _names(each.__code__))
    else:
        yield from vars(each).values()
        yield from each.__bases__


def _names(code: CodeType) -> Iterator[str]:
    """Yield the names in a function and in its inner functions."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
