"""Who is offered to hand a value over, and who may open one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from local.simulation.build import CHICAGO, CLIENT_ID, OBJECT_ID, at, secret, service, watchlist
from shared.core.decisions import Refused
from shared.core.hand_over.begin import keeping
from shared.core.hand_over.offer import MAX_OPENINGS, can_hand_over, can_open, kept_until
from shared.core.hand_over.opening import Opener, require_open
from shared.core.judge.judge import judge
from shared.core.judge.snapshot import snapshot_of
from shared.core.model.context import CheckContext
from shared.core.model.decision import InUse, Person
from shared.core.model.directory import App, Credential, Kind
from shared.core.model.hand_over import Ending, HandOver, HandOverState, Opening
from shared.core.model.memory import Memory
from shared.core.model.watchlist import Watchlist

NOW = at("2026-11-20T15:00Z")
ANNA, DANA, OTHER = Person("a", "Anna"), Person("d", "Dana"), Person("o", "Otto")
OLD = secret("cal24", "LibCal 2024", ends="2026-12-13T09:15Z")
NEW = secret("cal26", "LibCal 2026", starts="2026-11-01T00:00Z", ends="2028-11-01T00:00Z")
ODD = secret("odd", "test", starts="2026-11-01T00:00Z", ends="2028-11-01T00:00Z")
PIPED = service("LibCal", installed_by="pipeline", installer=())
READY = HandOver("libcal", HandOverState.READY, NEW, ANNA, NOW, NOW + timedelta(days=14), NOW)


def offered(*present: Credential, used: str = "", watched: Watchlist | None = None) -> bool:
    watched = watched or watchlist(service("LibCal"))
    record = InUse("libcal", used, assumed=False, at=at("2026-09-01T00:00Z"), by=ANNA)
    memory = Memory(in_use_records={"libcal": record} if used else {})
    context = CheckContext(watched, memory, NOW)
    app = watched.apps[0]
    snapshot = snapshot_of(app, App(CLIENT_ID, OBJECT_ID, app.name, present), context)
    (view,) = judge(context, {app.key: snapshot}).services
    return can_hand_over(view)


def test_what_is_offered() -> None:
    assert offered(OLD, NEW, used="cal24")  # awaits install
    assert offered(OLD._replace(ends=NOW), NEW, used="cal24")  # expired, with a new one
    assert offered(NEW, used="cal24")  # deleted, with a new one
    assert offered(ODD, used="cal24")  # missing, with an unclaimed one
    assert offered(ODD)  # unmatched
    assert not offered(OLD, used="cal24")
    assert not offered(OLD, ODD, used="cal24")
    assert not offered(used="cal24")
    assert not offered(OLD, NEW._replace(kind=Kind.CERTIFICATE), used="cal24")
    assert not offered(OLD, NEW._replace(starts=NOW + timedelta(days=1)), used="cal24")
    assert not offered(OLD, NEW, watched=watchlist(PIPED))


def opened(*openings: tuple[Person, int]) -> HandOver:
    """Return a record with openings: who, and how many minutes ago."""
    made = tuple(Opening(by, NOW - timedelta(minutes=ago)) for by, ago in openings)
    return replace(READY, state=HandOverState.OPENED, opened=made)


def test_who_may_open() -> None:
    assert can_open(READY, DANA, NOW)
    assert can_open(opened((DANA, 14)), DANA, NOW)
    assert can_open(opened((DANA, 14), (DANA, 2)), replace(DANA, name="Dana New"), NOW)
    assert not can_open(opened((DANA, 15)), DANA, NOW)
    assert not can_open(opened((DANA, 15), (DANA, 1)), DANA, NOW)  # from the first opening on
    assert not can_open(opened((DANA, 1)), OTHER, NOW)
    assert not can_open(opened((DANA, 1)), replace(OTHER, name="Dana"), NOW)
    assert not can_open(opened(*[(DANA, 1)] * MAX_OPENINGS), DANA, NOW)
    assert not can_open(READY, DANA, READY.until)
    for state in set(HandOverState) - {HandOverState.READY, HandOverState.OPENED}:
        assert not can_open(replace(READY, state=state), DANA, NOW)


@pytest.mark.parametrize(
    ("record", "seen", "sentence"),
    [
        (None, 0, "No value of LibCal is kept here"),
        (replace(READY, state=HandOverState.DONE, ending=Ending.EXPIRED), 0, "No value of LibCal"),
        (replace(READY, state=HandOverState.ENDING), 0, "No value of LibCal is kept here"),
        (replace(READY, state=HandOverState.KEEPING), 0, "The value of LibCal is not ready yet"),
        (replace(READY, state=HandOverState.RENEWING), 0, "The value of LibCal is not ready yet"),
        (replace(READY, until=NOW), 0, "The time is over in which the value of LibCal may"),
        (
            opened((OTHER, 58)),
            1,
            r"opened by Otto at 08:02; if that was not right, ask its for",
        ),
        (opened((DANA, 58)), 1, r"opened by Dana at 08:02; if that was not right, ask its for"),
        (opened((OTHER, 60 * 24)), 1, r"opened by Otto on 19 Nov 2026 at 09:00; if that was"),
        (opened((DANA, 1)), 0, "was opened since this page was loaded.*Open the status page again"),
        (opened((DANA, 1)), 2, "was opened since this page was loaded"),
        (READY, 1, "was opened since this page was loaded"),
    ],
)
def test_refusals_to_open(record: HandOver | None, seen: int, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence) as caught:
        require_open(service("LibCal"), record, Opener(DANA, seen), watchlist(), NOW)
    assert "Nothing was shown." in str(caught.value)


def test_days_are_local() -> None:
    """Over the end of summer time, 14 days later is the same local time."""
    assert kept_until(at("2026-10-25T15:00Z"), CHICAGO) == at("2026-11-08T16:00Z")
    assert kept_until(at("2026-10-25T15:00Z"), CHICAGO).utcoffset() == timedelta()


def test_new_value_makes_the_earlier_one_stale() -> None:
    libcal = service("LibCal")
    later = keeping(libcal, ODD, replace(READY, version="3"), by=DANA, at=NOW, zone=CHICAGO)
    assert (later.stale, later.version, later.opened) == (("cal26",), "3", ())
    again = keeping(libcal, NEW, replace(READY, stale=("x",)), by=DANA, at=NOW, zone=CHICAGO)
    assert again.stale == ("x",)
    orphan = replace(READY, state=HandOverState.DONE, ending=Ending.ORPHAN, orphans=("earlier",))
    assert keeping(libcal, ODD, orphan, by=DANA, at=NOW, zone=CHICAGO).orphans == (
        "cal26",
        "earlier",
    )
    assert keeping(libcal, NEW, orphan, by=DANA, at=NOW, zone=CHICAGO).orphans == ("earlier",)
