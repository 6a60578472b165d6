"""What differs between an outcome and what a row expects, as sentences."""

import json
from collections.abc import Iterator, Mapping

from tests.conformance.raw_http import Answer
from tests.conformance.table import Expected, Row, filled

_MISSING = object()


def differences(row: Row, outcome: Answer | Mapping[str, object], values: Mapping[str, str]) -> str:
    """Return what differs; empty if the outcome is the expected one, or that of a newer worker."""
    found = "; ".join(_differences(row.expected, outcome, values))
    if found and row.newer and not any(_differences(row.newer, outcome, values)):
        return ""
    return found


def _differences(
    expected: Expected, outcome: Answer | Mapping[str, object], values: Mapping[str, str]
) -> Iterator[str]:
    if isinstance(outcome, Answer):
        yield from _answered(expected, outcome)
        if not (expected.seen or expected.unseen or expected.has or expected.between):
            return
        try:
            document = json.loads(outcome.body)
        except ValueError:
            yield "the body is not JSON"
            return
    else:
        document = outcome
    yield from _noted(expected, document, values)


def _answered(expected: Expected, answer: Answer) -> Iterator[str]:
    if expected.status is not None:
        yield from _told("status", expected.status, answer.status)
    for name, value in expected.equal.items():
        got = answer.values(name) if isinstance(value, list) else answer.value(name)
        yield from _told(name, value, got)
    for name in expected.present:
        if answer.value(name) is None:
            yield f"{name}: expected, but absent"
    for name in expected.absent:
        if answer.value(name) is not None:
            yield f"{name}: expected to be absent, got {answer.value(name)!r}"
    text = answer.body[:300].decode("utf-8", "replace")
    if expected.body is not None and answer.body != expected.body.encode():
        yield f"body: expected {expected.body!r}, got {text!r}"
    if expected.contains.encode() not in answer.body:
        yield f"body: expected {expected.contains!r} in it, got {text!r}"
    if expected.length is not None:
        yield from _told("length of the body", expected.length, len(answer.body))


def _noted(expected: Expected, document: object, values: Mapping[str, str]) -> Iterator[str]:
    for path, value in expected.seen.items():
        wanted = filled(value, values) if isinstance(value, str) else value
        yield from _told(path, wanted, _at(document, path))
    for path in expected.unseen:
        if (got := _at(document, path)) is not _MISSING:
            yield f"{path}: expected to be absent, got {got!r}"
    for path in expected.has:
        if _at(document, path) is _MISSING:
            yield f"{path}: expected, but absent"
    for path, (least, most) in expected.between.items():
        got = _at(document, path)
        if not isinstance(got, int | float) or not least <= got <= most:
            yield f"{path}: expected {least} to {most}, got {_shown(got)}"


def _told(what: str, expected: object, got: object) -> Iterator[str]:
    if got != expected:
        yield f"{what}: expected {_shown(expected)}, got {_shown(got)}"


def _shown(value: object) -> str:
    return "nothing" if value is _MISSING else repr(value)


def _at(document: object, path: str) -> object:
    """Return what is at a path such as `headers.x-two` or `bindings.0.type`."""
    for part in path.split("."):
        if isinstance(document, list) and part.isdigit() and int(part) < len(document):
            document = document[int(part)]
        elif isinstance(document, Mapping) and part in document:
            document = document[part]
        else:
            return _MISSING
    return document
