"""Text that shows nothing is neither a name nor a reason."""

from collections.abc import Callable
from datetime import date
from urllib.parse import urlencode

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from local.simulation.build import at, secret, service, watchlist
from local.simulation.world import ANNA, World
from shared.cli.options import require_name
from shared.config import watchlist_rules
from shared.config.problems import InvalidValue
from shared.config.values import text
from shared.core.blank import is_blank
from shared.core.decisions import Refused
from shared.core.model.decision import Person
from shared.render.text.escape import clean
from shared.usecases import decisions
from shared.web.forms import BadForm, acknowledging, fields

BLANK = [
    "",
    " \t\r\n",
    "\xa0\u2003\u3000\u1680",
    "\u3164",
    "\u2800\u2800",
    "\u115f\u1160",
    "\uffa0",
    "\u200b\u200d\ufeff\u2060\u00ad",
    "\u180e\u034f\ufe0f",
    "\u0301",
    " \u0301\u20dd",
    "\u0903",
    "\u202e\u2066\u200f",
    "\x00\x1b\x7f",
    "\U000e0041\U000e0001\U000e0100",
    "\u3164 \u200b\u2800",
    "\ufffc",
    "\U0001d159",
    "\u2028\u2029",
]
SHOWN = ["a", "é", "e\u0301", "7", "-", ".", "名", "\u3164a", "🙂", "\u200bх", "ᄀ\u1160"]  # noqa: RUF001  (Cyrillic)
every_blank = pytest.mark.parametrize("blank", BLANK, ids=ascii)


@every_blank
def test_what_shows_nothing_is_blank(blank: str) -> None:
    assert is_blank(blank)
    assert clean(blank) == ""


@pytest.mark.parametrize("shown", SHOWN)
def test_what_shows_something_is_not_blank(shown: str) -> None:
    assert not is_blank(shown)
    assert clean(shown)


@given(st.text())
def test_a_shown_line_is_never_blank(given_text: str) -> None:
    line = clean(given_text)
    assert line == "" or not is_blank(line)


@every_blank
@pytest.mark.parametrize(
    "rule",
    [text, watchlist_rules.name, watchlist_rules.breaks],
    ids=["setting", "name", "breaks"],
)
def test_a_setting_or_a_key_of_the_watchlist_shows_something(
    rule: Callable[[object], str], blank: str
) -> None:
    with pytest.raises(InvalidValue, match="empty text"):
        rule(blank)


@every_blank
def test_a_form_needs_a_reason(blank: str) -> None:
    given_form = {"service": "libcal", "until": "2026-12-01", "why": blank}
    with pytest.raises(BadForm, match="field why is missing or invalid"):
        acknowledging(fields(urlencode(given_form).encode()))


@every_blank
def test_an_option_needs_a_name(blank: str) -> None:
    with pytest.raises(typer.BadParameter, match="Name the person"):
        require_name(blank)


@every_blank
def test_a_decision_needs_a_name_and_a_reason(blank: str) -> None:
    world = World(watched=watchlist(service("LibCal")), now=at("2026-11-22T14:00Z"))
    world.tenant.put(secret("cal24", "LibCal 2024", ends="2026-12-13T09:15Z"))
    world.check()
    until = date(2026, 12, 1)
    with pytest.raises(Refused, match="needs a reason"):
        decisions.acknowledge(world.watch, "libcal", until, blank, by=ANNA)
    with pytest.raises(Refused, match="needs the name of a person"):
        decisions.acknowledge(world.watch, "libcal", until, "ordered", by=Person("", blank))
