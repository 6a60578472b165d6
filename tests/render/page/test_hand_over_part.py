"""What the card of a service says of a hand-over, in each of its states."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.core.model.decision import Decision, DecisionKind
from shared.core.model.hand_over import Ending, HandOver, HandOverState, Opening
from shared.core.model.visitor import Visitor
from shared.core.model.vocabulary import Standing
from shared.render.page.page import page
from tests.render.page.page_cases import ROBIN, single
from tests.render.page.parsed_page import ParsedPage, parsed
from tests.support.notices import NEW, NOW, service_view

RECORD = HandOver("libcal", HandOverState.READY, NEW, ROBIN, NOW, NOW + timedelta(days=14), NOW)
WAITING = service_view(Standing.AWAITING_INSTALL, replacement=NEW)
KEEPING, ENDING, DONE = HandOverState.KEEPING, HandOverState.ENDING, HandOverState.DONE


def page_of(record: HandOver | None) -> ParsedPage:
    data = single(replace(WAITING, hand_over=record))
    visitor = Visitor(ROBIN, frozenset({"Installer"}), NOW)
    return parsed(replace(data, handing_over=visitor))


@pytest.mark.parametrize(
    ("record", "said", "buttons"),
    [
        (None, "shown once to the", {"hand-over"}),
        (RECORD, "Nobody has opened it yet.", {"hand-over", "show-value", "withdraw"}),
        (
            replace(RECORD, state=KEEPING, why="The vault <b>answered 503."),
            "The vault <b>answered 503. The next hourly run looks whether the vault has it.",
            {"hand-over", "withdraw"},
        ),
        (
            replace(RECORD, state=ENDING, why="The vault answered 503."),
            "is being deleted. The vault answered 503. Each hourly run tries again.",
            {"hand-over"},
        ),
        (
            replace(RECORD, stale=("k1",), why="The vault answered 503."),
            "An earlier value must still be deleted. The vault answered 503. Each hourly run",
            {"hand-over", "show-value", "withdraw"},
        ),
        (
            replace(RECORD, state=HandOverState.RENEWING, stale=("k1",), why="Graph is throttled."),
            "). Graph is throttled. Each hourly run tries again.",
            {"hand-over"},
        ),
        (replace(RECORD, state=HandOverState.RENEWING), "is creating a new secret", {"hand-over"}),
        (replace(RECORD, until=NOW), "handed over the value of", {"hand-over"}),
        (replace(RECORD, state=DONE, ending=Ending.NOT_KEPT), "was not kept.", {"hand-over"}),
        (replace(RECORD, state=DONE, ending=Ending.EXPIRED), "in time.", {"hand-over"}),
        (replace(RECORD, state=DONE, ending=Ending.ORPHAN), "Nobody knows the", {"hand-over"}),
        (
            replace(RECORD, state=DONE, ending=Ending.WITHDRAWN),
            "Paste the value here",
            {"hand-over"},
        ),
    ],
)
def test_each_state_is_said_and_has_its_forms(
    record: HandOver | None, said: str, buttons: set[str]
) -> None:
    page = page_of(record)
    assert said in page.text
    found = {each for each in ("hand-over", "show-value", "withdraw") if page.sent(each)}
    assert found == buttons
    for action in found:
        (sent,) = page.sent(action)
        assert sent["service"] == "libcal"
        assert sent.get("key_id", NEW.key_id) == NEW.key_id
    (field,) = (each for each in page.of("input") if each["type"] == "password")
    assert (field.get("value"), field["name"]) == (None, "value")
    assert field["autocomplete"] == "one-time-code"  # no browser offers to store it as a password


def test_form_that_stands_above_is_not_said_to_be_below() -> None:
    view = service_view(Standing.AWAITING_INSTALL, replacement=NEW, hands_over=True)
    text = parsed(replace(single(view), handing_over=Visitor(ROBIN))).text
    assert "to hand it over here." in text
    assert text.index("Hand the value over") < text.index("to hand it over here.")


@pytest.mark.parametrize("standing", [Standing.HEALTHY, Standing.EXPIRING])
def test_where_no_secret_waits_nothing_is_offered(standing: Standing) -> None:
    view = service_view(standing, NEW, confirmed=True)
    page = parsed(replace(single(view), handing_over=Visitor(ROBIN)))
    assert page.sent("hand-over") == []


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (DecisionKind.HAND_OVER, "Robin Example handed over the value of a deleted credential."),
        (DecisionKind.RENEW, "Robin Example created a deleted credential, and handed over its"),
        (DecisionKind.OPEN, "Robin Example opened the value of a deleted credential."),
        (DecisionKind.WITHDRAW, "Robin Example withdrew the value of a deleted credential."),
        (DecisionKind.END, "Lapsewatch ended the hand-over of a deleted credential: it is used."),
    ],
)
def test_history_names_who_did_what(kind: DecisionKind, said: str) -> None:
    by = None if kind == DecisionKind.END else ROBIN
    decision = Decision(NOW, kind, by, ("libcal",), "gone", "it is used.")
    assert said in parsed(single(WAITING, decisions={"libcal": (decision,)})).text


def test_history_of_a_secret_that_was_never_created() -> None:
    decision = Decision(NOW, DecisionKind.END, None, ("libcal",), "", "Entra did not create it.")
    text = parsed(single(WAITING, decisions={"libcal": (decision,)})).text
    assert "Lapsewatch ended the hand-over of a new secret: Entra did not create it." in text


def test_state_of_a_hand_over_stands_once() -> None:
    text = page_of(RECORD).text
    assert text.count(f"{ROBIN.name} handed over the value of the secret “LibCal 2026”") == 1
    assert "Handed over" not in text


@pytest.mark.parametrize("ending", [Ending.WITHDRAWN, Ending.EXPIRED, Ending.NOT_KEPT])
def test_lost_value_is_first_the_task_of_those_who_have_it(ending: Ending) -> None:
    """The form beside the task is theirs, and nobody can install before that."""
    page = page_of(replace(RECORD, state=DONE, ending=ending))
    again, ask = "Hand the value of “LibCal 2026” over again below", "Ask "
    assert 0 < page.text.index(again) < page.text.index(ask)
    assert "When LibCal syncs with the new secret" not in page.text


def test_secret_whose_value_nobody_knows_cannot_be_confirmed() -> None:
    assert page_of(RECORD).sent("confirm") != []
    assert page_of(replace(RECORD, state=DONE, ending=Ending.ORPHAN)).sent("confirm") == []


def test_before_it_is_opened_a_reader_knows_what_opening_means() -> None:
    said = "the history shows who opened it, and only that person can open it again, for 15 minutes"
    assert said in page_of(RECORD).text
    data = single(replace(WAITING, hand_over=RECORD))
    assert said not in parsed(replace(data, handing_over=Visitor(ROBIN))).text


def test_who_opened_it_can_confirm_or_open_it_again_at_the_top() -> None:
    opened = replace(RECORD, state=HandOverState.OPENED, opened=(Opening(ROBIN, NOW),))
    view = replace(WAITING, hand_over=opened)
    visitor = Visitor(ROBIN, frozenset({"Installer"}), NOW)
    html = page(replace(single(view), handing_over=visitor))
    top = html[html.index('class="next') : html.index('id="services"')]
    assert 'form="libcal-open"' in top
    assert 'form="libcal-confirm"' in top
    assert "You can open it again until 08:15 CST." in ParsedPage(html).text
