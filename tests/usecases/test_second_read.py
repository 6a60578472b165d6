"""A read that lags behind is not reported as a loss: the app is read once more."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from local.simulation.build import CALLBACK, CLIENT_ID, at, secret, service, watchlist
from local.simulation.directory import InMemoryDirectory
from local.simulation.world import ANNA, World
from shared.core.decisions import Refused
from shared.core.model.directory import App
from shared.core.model.vocabulary import Standing
from shared.ports.directory import AppQuery, DirectoryReading
from shared.ports.errors import DirectoryError
from shared.usecases import decisions

OLD = secret("cal24", "LibCal 2024", starts="2024-09-20T09:15Z", ends="2026-09-20T09:15Z")
NEW = secret("cal26", "LibCal 2026", starts="2026-09-01T13:00Z", ends="2028-09-01T13:00Z")
ABSENT = "absent"
FAILS = "fails"


@dataclass
class LaggingDirectory(InMemoryDirectory):
    """A directory whose next reads are scripted: an app, `ABSENT`, or `FAILS`; then it is fresh."""

    script: list[App | str] = field(default_factory=list)
    reads: int = 0

    def read(self, queries: Sequence[AppQuery], *, seconds: float) -> DirectoryReading:
        self.reads += 1
        answer = self.script.pop(0) if self.script else None
        fresh = super().read(queries, seconds=seconds)
        match answer:
            case None:
                return fresh
            case App():
                return replace(fresh, apps={CLIENT_ID: answer})
            case "absent":
                return replace(fresh, apps={CLIENT_ID: None})
            case _:
                failures = {CLIENT_ID: DirectoryError("Graph answered 503.")}
                return DirectoryReading({}, failures, requests=1)

    @property
    def now(self) -> App:
        app = self.apps[CLIENT_ID]
        assert app is not None
        return app


class Lagging(World):
    """A world with two secrets that was checked once, and whose tenant may lag behind."""

    tenant: LaggingDirectory

    def __init__(self) -> None:
        super().__init__(watchlist(service("LibCal")), at("2026-09-01T13:05Z"), LaggingDirectory())
        self.tenant.put(OLD, NEW)

    def checked(self) -> "Lagging":
        self.check()
        return self

    def standing(self) -> Standing | None:
        judgement = self.check().judgement
        return judgement.services[0].standing if judgement is not None else None

    def without(self, key_id: str) -> App:
        app = self.tenant.now
        return app._replace(credentials=tuple(c for c in app.credentials if c.key_id != key_id))


@pytest.fixture
def world() -> Lagging:
    return Lagging()


def test_secret_confirmed_just_now_is_not_deleted_by_one_read(world: Lagging) -> None:
    world.checked()
    world.now += timedelta(hours=1)
    stale = world.without("cal26")
    world.tenant.script = [world.tenant.now, stale]
    world.confirm("libcal", "cal26")
    assert "missing" not in " ".join(world.diary)
    assert world.ledger.load().credential_records["cal26"].gone_at is None
    assert world.tenant.script == []
    assert world.tenant.reads == 4, "the check, the decision, and two for the check after it"


def test_confirmed_secret_that_no_check_has_seen_is_read_again() -> None:
    world = Lagging()
    world.tenant.drop("cal26")
    world.check()
    stale = world.tenant.now
    world.tenant.add(NEW)
    world.now += timedelta(days=1)
    world.tenant.script = [world.tenant.now, stale]
    world.confirm("libcal", "cal26")
    assert "missing" not in " ".join(world.diary)


@pytest.mark.parametrize("minutes", [1, 14])
def test_read_within_minutes_of_the_last_is_repeated(world: Lagging, minutes: int) -> None:
    world.checked().now += timedelta(minutes=minutes)
    world.tenant.script = [world.without("cal24")]
    assert world.standing() == Standing.AWAITING_INSTALL
    assert world.tenant.reads == 3


def test_new_secret_is_read_again_though_the_last_check_was_long_ago() -> None:
    world = Lagging()
    world.now = at("2026-09-01T00:00Z")
    coming = NEW._replace(starts=at("2026-09-02T13:00Z"))
    world.tenant.put(OLD, coming)
    world.check()
    world.now = at("2026-09-02T13:10Z")
    world.tenant.script = [world.without("cal26")]
    assert world.standing() == Standing.AWAITING_INSTALL


def test_long_after_the_last_read_one_read_is_believed(world: Lagging) -> None:
    world.checked().now += timedelta(minutes=16)
    world.tenant.script = [world.without("cal24")]
    world.check()
    assert world.tenant.reads == 2
    assert world.ledger.load().credential_records["cal24"].gone_at == world.now


def test_secret_that_two_reads_lack_is_deleted(world: Lagging) -> None:
    world.checked().now += timedelta(minutes=5)
    world.tenant.drop("cal24")
    world.check()
    assert world.tenant.reads == 3
    assert world.ledger.load().credential_records["cal24"].gone_at == world.now
    world.now += timedelta(minutes=5)
    world.check()
    assert world.tenant.reads == 4, "it was lost before"


def test_app_is_unread_if_the_second_read_fails(world: Lagging) -> None:
    world.checked().now += timedelta(minutes=5)
    heard = len(world.diary)
    world.tenant.script = [world.without("cal24"), FAILS]
    result = world.check()
    assert "Graph answered 503." in result.error
    assert len(world.diary) == heard
    assert world.ledger.load().credential_records["cal24"].gone_at is None


def test_app_that_one_read_does_not_find_is_not_reported(world: Lagging) -> None:
    world.checked().now += timedelta(minutes=5)
    world.tenant.script = [ABSENT]
    assert world.standing() == Standing.AWAITING_INSTALL
    assert world.ledger.load().apps["libcal"].found
    world.now += timedelta(minutes=5)
    world.tenant.script = [ABSENT, ABSENT]
    world.check()
    assert not world.ledger.load().apps["libcal"].found


def test_app_is_read_again_if_it_is_worse_than_minutes_ago() -> None:
    world = Lagging()
    app = replace(world.watched.apps[0], redirect_uris=(CALLBACK,))
    world.watched = watchlist(apps=(app,))
    world.tenant.put(OLD, NEW, redirect_uris=[CALLBACK])
    world.check()
    app_now = world.tenant.now
    for stale in (app_now._replace(redirect_uris=()), app_now._replace(disabled="it is off")):
        world.now += timedelta(minutes=5)
        world.tenant.script = [stale]
        world.check()
        record = world.ledger.load().apps["libcal"]
        assert (record.missing_redirect_uris, record.disabled) == ((), "")


def test_live_status_reads_again(world: Lagging) -> None:
    world.checked().now += timedelta(minutes=5)
    world.tenant.script = [world.without("cal24")]
    status = world.watch.status(live=True)
    assert status.judgement.services[0].standing == Standing.AWAITING_INSTALL


def test_decision_about_a_secret_that_one_read_lacks_is_saved() -> None:
    world = Lagging()
    world.tenant.drop("cal26")
    world.check()
    stale = world.tenant.now
    world.tenant.add(NEW)
    world.now += timedelta(days=1)
    world.tenant.script = [stale]
    world.confirm("libcal", "cal26")
    assert world.ledger.load().in_use_records["libcal"].key_id == "cal26"
    world.tenant.script = [stale]
    world.claim("cal26", "libcal")
    with pytest.raises(Refused, match="is not on the app"):
        decisions.confirm(world.watch, "libcal", "another", by=ANNA)
