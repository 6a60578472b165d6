"""Only what is newer than the lost credential is called new; an older one is a stopgap."""

import json
import re
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime

import pytest

from local.simulation.build import CLIENT_ID, OBJECT_ID, at, secret, service, watchlist
from shared.core.judge.judge import judge
from shared.core.judge.snapshot import snapshot_of
from shared.core.model.apply import apply_changes
from shared.core.model.context import CheckContext
from shared.core.model.decision import InUse, Person
from shared.core.model.directory import App, Credential, Kind
from shared.core.model.memory import Memory
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Reason, Role
from shared.render.card.card import payloads
from shared.render.mail.mail import mail
from shared.render.page.confirm_form import confirms, undos
from shared.render.text.dates import Moment
from shared.render.text.explanations import explanation
from shared.render.text.facts import facts
from shared.render.text.headlines import headline
from shared.render.text.next_steps import next_step, runbook_sections, whose_turn
from shared.render.text.turn import ANYBODY
from tests.support.notices import BOTH, INSTALLER, PAGE_URL, RENEWER, message, notice

NOW = at("2026-11-22T14:00Z")
ANNA = Person("00000000-0000-4000-8000-00000000000a", "Anna")
WATCHED = watchlist(service("LibCal"))
AT = Moment(NOW, WATCHED.zone)
LOST = secret("lost", "LibCal 2026", starts="2026-06-01T09:00Z", ends="2026-11-20T09:00Z")
OTHER = secret("other", "LibCal 2024", starts="2024-12-13T09:15Z", ends="2027-12-13T09:15Z")
STARTS = {
    "newer": at("2026-11-01T09:00Z"),
    "older": OTHER.starts,
    "of the same start, which lasts longer": LOST.starts,
    "of unknown start": None,
}
NEWER = {"newer", "of the same start, which lasts longer"}


def lost(other: Credential, *, deleted: bool, settled: bool) -> tuple[ServiceView, CheckContext]:
    """Return LibCal after it lost "LibCal 2026", while `other` is live."""
    watched = WATCHED.apps[0]
    before = CheckContext(WATCHED, Memory(), at("2026-11-19T14:00Z"))
    first = App(CLIENT_ID, OBJECT_ID, "LibApps", (LOST, other))
    seen = judge(before, {watched.key: snapshot_of(watched, first, before)})
    by = ANNA if settled else None
    in_use = InUse("libcal", "lost", assumed=not settled, at=before.now, by=by)
    memory = replace(
        apply_changes(Memory(), seen.changes), in_use_records={"libcal": in_use}, items={}
    )
    left = (other,) if deleted else (LOST, other)
    now = CheckContext(WATCHED, memory, NOW)
    app = App(CLIENT_ID, OBJECT_ID, "LibApps", left)
    judgement = judge(now, {watched.key: snapshot_of(watched, app, now)})
    after = now._replace(memory=apply_changes(memory, judgement.changes))
    return judgement.services[0], after


def step_of(view: ServiceView, roles: AbstractSet[Role] = ANYBODY) -> str:
    return next_step(view, AT, roles)


def words_of(view: ServiceView, now: datetime = NOW) -> str:
    told = replace(message(notice(view, Reason.REPLACED, BOTH)), now=now)
    card = json.dumps(payloads(told, page_url=PAGE_URL), ensure_ascii=False)
    letter = mail(told, to=("its@example.org",), sender="lapsewatch@example.org", page_url=PAGE_URL)
    return f"{card}\n{letter.subject}\n{letter.text}\n{letter.html}"


@pytest.mark.parametrize("settled", [True, False], ids=["confirmed", "assumed"])
@pytest.mark.parametrize("deleted", [True, False], ids=["deleted", "expired"])
@pytest.mark.parametrize("age", STARTS)
def test_only_a_newer_credential_is_new(age: str, *, deleted: bool, settled: bool) -> None:
    view, _ = lost(OTHER._replace(starts=STARTS[age]), deleted=deleted, settled=settled)
    labels = dict(facts(notice(view), now=NOW, zone=WATCHED.zone))
    installs = "paste the value of “LibCal 2024” into LibCal and check that it syncs."
    assert view.stopgap == (age not in NEWER)
    if age in NEWER:
        assert "LibCal 2024" in labels["New"]
        assert whose_turn(view, AT) == "installer (admins)"
        assert installs in step_of(view)
        assert runbook_sections(view) == ("Install", "Verify")
        return
    assert "New" not in labels
    assert "LibCal 2024" in labels["Older" if age == "older" else "Other"]
    assert whose_turn(view, AT) == "renewer (its)"
    assert "create a new client secret named “LibCal 2028”" in step_of(view, RENEWER)
    assert "for a new client secret named “LibCal 2028”" in step_of(view, INSTALLER)
    assert runbook_sections(view) == ("Create",)
    assert installs not in words_of(view)
    assert not re.search(r"is the new (one|secret) installed|the new secret, ", words_of(view))


def test_words_say_what_was_deleted_and_what_is_left() -> None:
    view, _ = lost(OTHER, deleted=True, settled=True)
    told = notice(view, Reason.SHORTER)
    assert headline(told, now=NOW, zone=WATCHED.zone) == (
        "LibCal: its current secret was deleted in Entra; there is no newer one"
    )
    assert " ".join(explanation(told, now=NOW, zone=WATCHED.zone, page_url="")) == (
        "The confirmed secret “LibCal 2026” was deleted in Entra. "
        "The older secret “LibCal 2024” still exists until 13 Dec 2027; there is no newer one. "
        "LibCal has probably stopped syncing. "
        "If the value of the older one is still known, paste it into LibCal until the new one is "
        "ready, then run “confirm”."
    )


def test_words_say_what_has_expired_and_what_is_left() -> None:
    endless = OTHER._replace(ends=None, kind=Kind.CERTIFICATE, hint="")
    view, _ = lost(endless, deleted=False, settled=True)
    assert headline(notice(view), now=NOW, zone=WATCHED.zone) == (
        "LibCal: secret expired 2 days ago (20 Nov); there is no newer one"
    )
    assert " ".join(explanation(notice(view), now=NOW, zone=WATCHED.zone, page_url=PAGE_URL)) == (
        "The older certificate “LibCal 2024” still exists and does not expire; there is no newer "
        "one. If LibCal uses the expired one, it has stopped syncing. "
        "If you still have the older one with its private key, install it in LibCal until the new "
        "one is ready, then press Confirm on the status page."
    )


def test_an_older_one_may_be_in_use_if_nobody_has_confirmed_another() -> None:
    view, _ = lost(OTHER, deleted=True, settled=False)
    assert "If it uses the older one, run “confirm”." in explanation(
        notice(view), now=NOW, zone=WATCHED.zone, page_url=""
    )
    first = "if LibCal uses the older secret “LibCal 2024”, confirm it; otherwise"
    assert step_of(view, RENEWER).startswith(f"Your turn: {first} create a new client secret")
    assert step_of(view, INSTALLER).startswith(f"Your turn: {first} ask the renewer (its) for")


@pytest.mark.parametrize("settled", [True, False])
def test_page_offers_to_confirm_the_older_one_and_no_undo(*, settled: bool) -> None:
    view, after = lost(OTHER, deleted=True, settled=settled)
    (button,) = confirms(view, after)
    assert button.label == f"Confirm: LibCal uses {OTHER.hint}…"
    assert undos(view, after) == ()


def test_unknown_lost_credential_is_dated_by_its_confirmation() -> None:
    """The row of the lost credential could not be read."""
    view, _ = lost(OTHER, deleted=True, settled=True)
    unknown = replace(view, in_use=None)
    assert unknown.stopgap
    assert not replace(unknown, replacement=OTHER._replace(starts=NOW)).stopgap
    assert view.loss == Loss.DELETED
    assert "The confirmed secret was deleted in Entra." in explanation(
        notice(unknown), now=NOW, zone=WATCHED.zone, page_url=""
    )
