"""What people may decide, and what is refused with an explanation."""

from datetime import date

import pytest

from local.simulation.build import CLIENT_ID, OBJECT_ID, at, secret, watchlist
from shared.core.decisions import Refused, ShownCredential, acknowledge, claim, confirm
from shared.core.judge.judge import judge
from shared.core.judge.snapshot import snapshot_of
from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.decision import InUse, Person, PreviousCredential
from shared.core.model.directory import App
from shared.core.model.judgement import Judgement
from shared.core.model.memory import Memory
from shared.core.model.views import ServiceView
from shared.render.page.shown_fields import shown_fields

NOW = at("2026-11-22T14:00Z")
ANNA = Person("00000000-0000-4000-8000-00000000000a", "Anna")
BEN = Person("00000000-0000-4000-8000-00000000000b", "Ben")
WATCHED = watchlist()
OLD = secret("k1", "LibCal 2024", starts="2024-12-13T09:15Z", ends="2026-12-13T09:15Z")
NEW = secret("k2", "LibCal 2026", starts="2026-11-20T09:00Z", ends="2028-11-20T09:00Z", hint="r2B")
ODD = secret("k3", "test", starts="2026-11-01T09:00Z", ends="2028-11-01T09:00Z", hint="zzz")
PAST = secret("k4", "LibCal 2022", starts="2022-01-01T00:00Z", ends="2024-01-01T00:00Z")


class Case:
    """LibCal as judged, with everything that a decision needs."""

    def __init__(self, hold: InUse | None = None) -> None:
        memory = Memory(in_use_records={"libcal": hold} if hold else {})
        app = WATCHED.apps[0]
        self.round = CheckContext(WATCHED, memory, NOW)
        self.seen: AppSnapshot = snapshot_of(
            app, App(CLIENT_ID, OBJECT_ID, "LibApps", (OLD, NEW, ODD, PAST)), self.round
        )
        self.judgement: Judgement = judge(self.round, {app.key: self.seen})
        self.view: ServiceView = self.judgement.services[0]


def test_confirmed_credential_is_in_use() -> None:
    case = Case(InUse("libcal", "k1", assumed=True, at=NOW, version="7"))
    decided = confirm(
        case.view, "K2", case.seen, case.round, by=ANNA, shown=ShownCredential("r2B", NEW.ends)
    )
    assert decided.in_use_records == (InUse("libcal", "k2", assumed=False, at=NOW, by=ANNA),)
    assert decided.in_use_records[0].version == "7"
    assert decided.previous_credentials == (PreviousCredential("libcal", "k1"),)
    assert decided.assignments == ()
    assert (decided.decision.by, decided.decision.services, decided.decision.key_id) == (
        ANNA,
        ("libcal",),
        "k2",
    )


def test_confirming_the_older_credential_undoes_without_a_trace() -> None:
    case = Case(InUse("libcal", "k2", assumed=False, at=at("2026-11-21T09:00Z"), by=BEN))
    decided = confirm(case.view, "k1", case.seen, case.round, by=ANNA)
    assert (decided.in_use_records[0].key_id, decided.previous_credentials) == ("k1", ())


def test_confirming_an_unclaimed_credential_assigns_it() -> None:
    decided = confirm((case := Case()).view, "k3", case.seen, case.round, by=ANNA)
    assert [(each.key_id, each.services) for each in decided.assignments] == [("k3", ("libcal",))]


@pytest.mark.parametrize(("key_id", "said"), [("k9", "is not on the app"), ("k4", "is not live")])
def test_only_a_live_credential_of_the_app_can_be_confirmed(key_id: str, said: str) -> None:
    case = Case()
    with pytest.raises(Refused, match=said) as refused:
        confirm(case.view, key_id, case.seen, case.round, by=ANNA)
    assert "k2 (LibCal 2026, begins with r2B)" in str(refused.value)


@pytest.mark.parametrize(
    "shown", [ShownCredential("q7X", NEW.ends), ShownCredential("r2B", OLD.ends)]
)
def test_a_credential_that_changed_since_shown_is_not_confirmed(shown: ShownCredential) -> None:
    case = Case()
    with pytest.raises(Refused, match="has changed since you opened"):
        confirm(case.view, "k2", case.seen, case.round, by=ANNA, shown=shown)


@pytest.mark.parametrize("hint", ["\u202er2", "r\x1b2", "\x9b2J", "\ud800x"])
def test_the_page_shows_a_hint_without_what_nobody_sees(hint: str) -> None:
    credential = NEW._replace(hint=hint)
    sent = ShownCredential(shown_fields(credential).hint, credential.ends)
    assert sent.hint.isprintable()
    assert sent.is_of(credential)
    assert not sent.is_of(credential._replace(hint="q7X"))


def test_confirming_twice_is_refused_unless_it_was_assumed() -> None:
    settled = Case(InUse("libcal", "k1", assumed=False, at=NOW, by=BEN))
    with pytest.raises(Refused, match="already confirmed on this credential by Ben"):
        confirm(settled.view, "k1", settled.seen, settled.round, by=ANNA)
    assumed = Case(InUse("libcal", "k1", assumed=True, at=NOW))
    assert (
        not confirm(assumed.view, "k1", assumed.seen, assumed.round, by=ANNA)
        .in_use_records[0]
        .assumed
    )


def test_an_acknowledgement_is_valid_for_its_situation_only() -> None:
    case = Case()
    (given,) = acknowledge(
        case.view, date(2026, 12, 1), " ordered ", case.round, by=ANNA
    ).acknowledgements
    assert (given.situation, given.why, given.until) == (
        case.view.situation,
        "ordered",
        date(2026, 12, 1),
    )


@pytest.mark.parametrize(
    ("until", "why", "said"),
    [
        (date(2026, 11, 21), "x", "is in the past"),
        (date(2026, 12, 14), "x", "Choose a date up to 13 Dec 2026, when the credential expires"),
        (date(2026, 12, 1), " ", "needs a reason"),
    ],
)
def test_an_impossible_acknowledgement_is_refused(until: date, why: str, said: str) -> None:
    case = Case()
    with pytest.raises(Refused, match=said):
        acknowledge(case.view, until, why, case.round, by=ANNA)


@pytest.mark.parametrize("until", [date(2027, 11, 23), date(2099, 1, 1), date.max])
def test_a_pause_lasts_a_year_at_most(until: date) -> None:
    ended = Case(InUse("libcal", "k4", assumed=False, at=NOW, by=BEN))
    with pytest.raises(Refused, match="Choose a date up to 22 Nov 2027"):
        acknowledge(ended.view, until, "x", ended.round, by=ANNA)


def test_a_healthy_service_cannot_be_acknowledged() -> None:
    case = Case(InUse("libcal", "k2", assumed=False, at=NOW, by=ANNA))
    with pytest.raises(Refused, match="is healthy"):
        acknowledge(case.view, date(2026, 12, 1), "x", case.round, by=ANNA)


def test_a_claim_names_any_number_of_the_apps_services() -> None:
    case = Case()
    both = claim(
        "k3", ["libcal", "libstaffer", "libcal"], case.judgement, case.seen, case.round, by=ANNA
    )
    nobody = claim("k3", [], case.judgement, case.seen, case.round, by=ANNA)
    assert both.assignments[0].services == ("libcal", "libstaffer")
    assert nobody.assignments[0].services == ()
    with pytest.raises(
        Refused, match=r"libcall is not a service of LibApps\. Its services are libcal, libstaffer"
    ):
        claim("k3", ["libcall"], case.judgement, case.seen, case.round, by=ANNA)
    with pytest.raises(Refused, match="There is no credential k9"):
        claim("k9", ["libcal"], case.judgement, case.seen, case.round, by=ANNA)
