"""Malformed responses of Graph: they are read, or they are a `DirectoryError`.

Every app that is read has every credential in the response, with its end. The oracle here reads
the JSON once more, without the decoder.
"""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from shared.adapters.graph.decode import app_of, decode
from shared.adapters.graph.shapes import KeyedPrincipal, Record
from shared.core.model.days import FAR_AWAY, LONG_AGO
from shared.core.model.directory import App
from shared.ports.errors import DirectoryError
from tests.support.graph_objects import application, certificate, principal, secret

KEY_IDS = [f"58ed553a-d3af-4520-8d81-4775274faac{number}" for number in range(4)]
FULL = application(
    passwordCredentials=[
        secret(keyId=KEY_IDS[0]),
        secret(keyId=KEY_IDS[1], displayName=None, endDateTime=None),
    ],
    keyCredentials=[certificate(keyId=KEY_IDS[2], customKeyIdentifier=None)],
)
ONLY_SECRETS = {**FULL, "keyCredentials": []}
PRINCIPAL = principal(passwordCredentials=[secret(keyId=KEY_IDS[3])], keyCredentials=[])
ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    st.sampled_from(
        [
            *[
                "",
                "2027-05-07",
                "2027-05-07T06:52:46",
                "2027-13-45T06:52:46Z",
                "9999-12-31T23:59:59.9999999Z",
                "0001-01-01T00:00:00+14:00",
            ],
            *[
                "2299-12-31T00:00:00Z",
                "2027-05-07T06:52:46.1234567Z",
                "2027-05-07T06:52:46+02:00",
                "never",
                "\ud800",
                1e400,
                10**400,
            ],
        ]
    ),
)
MUTATIONS = ("replace", "drop", "twice", "rename")


def places(value: object, here: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the paths of all values in a document."""
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [place for key, each in inner for place in ((*here, key), *places(each, (*here, key)))]


@st.composite
def mutated(draw: st.DrawFn, whole: dict[str, object]) -> dict[str, Any]:
    """Return the document with one to three mistakes."""
    document: dict[str, Any] = json.loads(json.dumps(whole))
    for _ in range(draw(st.integers(1, 3))):
        *path, last = draw(st.sampled_from(places(document)))
        inner: Any = document
        for step in path:
            inner = inner[step]
        match draw(st.sampled_from(MUTATIONS)):
            case "replace":
                inner[last] = draw(ODD)
            case "twice" if isinstance(inner, list) and isinstance(last, int):
                inner.append(json.loads(json.dumps(inner[last])))
            case "rename" if isinstance(inner, dict):
                inner[f"{last}2"] = inner.pop(last)
            case _:
                del inner[last]
        if not places(document):
            break
    return document


def ends_in(holder: dict[str, Any]) -> dict[str, datetime | None]:
    """Return the ends in a response by key id. Raises if the response does not have them."""
    found: dict[str, datetime | None] = {}
    for item in (*holder["passwordCredentials"], *holder["keyCredentials"]):
        key_id, text = item["keyId"], item["endDateTime"]
        assert isinstance(key_id, str)
        assert key_id
        key_id = key_id.lower()
        if text is None or int(text[:4]) >= FAR_AWAY.year:
            found[key_id] = None
        else:
            ends = datetime.fromisoformat(text)
            assert ends.tzinfo is not None
            found[key_id] = ends.astimezone(UTC) if ends.year >= LONG_AGO.year else LONG_AGO
    return found


def read(body: bytes, more: bytes | None = None) -> App | None:
    """Return what the program reads; `None` if the program refuses it."""
    try:
        return app_of(
            decode(body, Record), decode(more, KeyedPrincipal) if more is not None else None
        )
    except DirectoryError as error:
        said = str(error)
    assert said.isprintable()
    assert len(said) < 2000
    return None


def same(one: datetime | None, other: datetime | None) -> bool:
    """Return whether two ends are the same to the microsecond; Graph writes a tenth of one."""
    return (
        one == other if one is None or other is None else abs((one - other).total_seconds()) < 1e-5
    )


@given(mutated(FULL) | mutated(ONLY_SECRETS))
@example(FULL)
@example(ONLY_SECRETS)
def test_app_is_read_exactly(document: dict[str, Any]) -> None:
    app = read(json.dumps(document).encode())
    if app is not None:
        expected = ends_in(document)
        assert {each.key_id for each in app.credentials} == set(expected)
        if len(app.credentials) == len(expected):  # a key id that is there twice has two ends
            assert [
                each for each in app.credentials if not same(each.ends, expected[each.key_id])
            ] == []


@given(mutated(PRINCIPAL))
@example(PRINCIPAL)
def test_service_principal_is_read_exactly(document: dict[str, Any]) -> None:
    app = read(json.dumps(FULL).encode(), json.dumps(document).encode())
    if app is not None:
        expected = ends_in(FULL) | ends_in(document)
        assert {each.key_id for each in app.credentials} == set(expected)


@given(st.data())
def test_damaged_bytes_are_read_or_refused(data: st.DataObject) -> None:
    body = bytearray(json.dumps(FULL).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        match data.draw(st.sampled_from(("byte", "cut", "more"))):
            case "byte":
                body[at] = data.draw(st.integers(0, 255))
            case "cut":
                del body[max(at, 1) :]
            case _:
                body[at:at] = data.draw(st.binary(max_size=4))
    app = read(bytes(body))
    if app is not None:
        document = json.loads(
            body.decode("utf-8", "replace"), strict=False
        )  # properties that are not selected are skipped
        assert {each.key_id for each in app.credentials} == set(ends_in(document))


@given(
    st.one_of(
        st.binary(max_size=300),
        st.recursive(ODD, lambda inner: st.lists(inner, max_size=3)).map(
            lambda value: json.dumps(value).encode()
        ),
    )
)
@example(b"[" * 100_000)
@example(b'{"passwordCredentials":' * 5_000)
def test_malformed_app_is_refused(body: bytes) -> None:
    assert read(body) is None
