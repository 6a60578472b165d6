"""Forms: their values, and errors that never echo user input."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.decisions import ShownCredential
from shared.web.forms import (
    Acknowledging,
    BadForm,
    Claiming,
    Confirming,
    Fields,
    acknowledging,
    claiming,
    confirming,
    fields,
    takes_back,
)

KEY = "6f1c2f5e-8a04-4d0b-9d5e-0c7a5a2b13d6"
ENDS = datetime(2026, 12, 13, 9, 15, tzinfo=UTC)
SHOWN = {"key_id": KEY, "hint": "q7X", "ends": "2026-12-13T09:15:00Z"}
CONFIRM: dict[str, object] = {"service": "libcal", **SHOWN}
ACKNOWLEDGE: dict[str, object] = {"service": "libcal", "until": "2026-12-01", "why": "ordered"}
CLAIM: dict[str, object] = {**SHOWN, "choice": ["libcal", "libstaffer"]}
MARK = "zzMARKzz"

BAD: dict[str, list[object]] = {
    "service": [[], "", f"{MARK} {MARK}", ["libcal", "libstaffer"], "LibCal", "x" * 300],
    "key_id": [[], "", MARK, [KEY, KEY]],
    "hint": [[], f"{MARK}\x00", "x" * 41],
    "ends": [[], MARK, "2026-12-13", "2026-13-13T09:15:00Z", "2026-12-13T09:15:00+01:00"],
    "until": [[], "", MARK, "2026-02-30"],
    "why": [[], " \n", "\u200b"],
    "choice": [[], "", ["none", "libcal"], [MARK, "libcal"]],
}


def form(values: dict[str, object]) -> Fields:
    return fields(urlencode(values, doseq=True).encode())


def test_confirmation_carries_the_shown_credential() -> None:
    assert confirming(form(CONFIRM)) == Confirming("libcal", KEY, ShownCredential("q7X", ENDS))
    assert confirming(form(CONFIRM | {"key_id": KEY.upper(), "submit": "x"})).key_id == KEY


@pytest.mark.parametrize(
    ("ends", "meant"),
    [
        ("", None),
        ("2026-12-13T09:15:00.25Z", ENDS.replace(microsecond=250_000)),
        ("2026-12-13T09:15:00Z", ENDS),
    ],
)
def test_end_is_an_instant_or_empty(ends: str, meant: datetime | None) -> None:
    assert confirming(form(CONFIRM | {"ends": ends})).shown.ends == meant


@pytest.mark.parametrize("hint", ["", " a ", "~+&", "äöü"])
def test_hint_is_unchanged(hint: str) -> None:
    assert confirming(form(CONFIRM | {"hint": hint})).shown.hint == hint


def test_acknowledgement_has_a_date_and_a_one_line_reason() -> None:
    assert acknowledging(form(ACKNOWLEDGE | {"why": " or\r\ndered "})) == Acknowledging(
        "libcal", date(2026, 12, 1), "or dered"
    )
    assert len(acknowledging(form(ACKNOWLEDGE | {"why": "x" * 5000})).why) == 500


@pytest.mark.parametrize(
    ("choice", "services"),
    [(["libcal", "libcal"], ("libcal",)), ("none", ()), (["a", "b-2"], ("a", "b-2"))],
)
def test_claim_names_one_or_more_services_or_none(
    choice: object, services: tuple[str, ...]
) -> None:
    assert claiming(form(CLAIM | {"choice": choice})) == Claiming(
        KEY, ShownCredential("q7X", ENDS), services
    )


@pytest.mark.parametrize(
    ("read", "good", "name"),
    [
        *((confirming, CONFIRM, name) for name in ("service", "key_id", "hint", "ends")),
        *((acknowledging, ACKNOWLEDGE, name) for name in ("service", "until", "why")),
        *((claiming, CLAIM, name) for name in ("key_id", "hint", "ends")),
    ],
)
def test_invalid_field_is_named_and_not_echoed(
    read: Callable[[Fields], object], good: dict[str, object], name: str
) -> None:
    for bad in BAD[name]:
        with pytest.raises(BadForm, match=f"field {name} is missing or invalid") as caught:
            read(form(good | {name: bad}))
        assert MARK not in str(caught.value)


def test_only_yes_takes_back() -> None:
    assert takes_back(form(CLAIM | {"take_back": "yes"}))
    assert not takes_back(form(CLAIM))
    for bad in ("", "no", ["yes", "yes"]):
        with pytest.raises(BadForm, match="field take_back is missing or invalid"):
            takes_back(form(CLAIM | {"take_back": bad}))


def test_claim_without_a_choice_says_what_to_do() -> None:
    for bad in BAD["choice"]:
        with pytest.raises(BadForm, match="Select at least one service") as caught:
            claiming(form(CLAIM | {"choice": bad}))
        assert MARK not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [b"\xff", "why=ä".encode(), b"why=%ff", "&".join(f"f{n}=1" for n in range(300)).encode()],
)
def test_body_that_is_not_a_form_is_refused(body: bytes) -> None:
    with pytest.raises(BadForm, match="cannot be read"):
        fields(body)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_as_a_form(body: bytes) -> None:
    for read in (confirming, acknowledging, claiming):
        with pytest.raises(BadForm):
            read(fields(body))
