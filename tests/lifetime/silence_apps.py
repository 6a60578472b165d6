"""Scenarios of the rules about watched apps: see `test_silence`."""

from datetime import timedelta

from local.simulation.build import at, secret, service, watchlist
from local.simulation.world import World
from shared.core.model.directory import Credential
from shared.core.model.hand_over import Ending
from shared.core.model.vocabulary import Severity
from tests.lifetime.test_lifetime import LIBCAL, living, renewed
from tests.support.hand_over_life import before_hand_over

OLD = secret("stray", "Old name", ends="2026-08-30T09:00Z", starts="2024-09-01T00:00Z")
NEW = renewed("cal26", "LibCal 2026", "2026-09-02")


def since(life: World, day: str, about: str = "") -> list[str]:
    """Return the notices to the renewers from a day on, about an item."""
    return [line for line in life.diary if line >= day and " its " in line and about in line]


def confirmed(*, proof: bool) -> list[str]:
    life = renewing()
    if proof:
        life.confirm("libcal", "cal26")
    life.run("2026-12-14T18:00Z")
    return since(life, "2026-09-06", " libcal ")


def renewing() -> World:
    """Return a world in which LibCal has a new secret, on 5 September."""
    life = living(LIBCAL)
    life.run("2026-09-02T18:00Z")
    life.tenant.add(NEW)
    life.run("2026-09-05T18:00Z")
    return life


def acknowledged(*, proof: bool) -> list[str]:
    life = living(LIBCAL)
    life.run("2026-09-20T18:00Z")
    if proof:
        life.acknowledge("libcal", "2026-11-20", "Ordered.")
    life.run("2026-11-20T18:00Z")
    return since(life, "2026-09-21", " libcal ")


def ignored(*, proof: bool) -> list[str]:
    life = living(LIBCAL, secret("stray", "Stray", ends="2026-11-01T09:00Z"))
    life.run("2026-09-02T18:00Z")
    if proof:
        life.claim("stray")
    life.run("2026-11-02T18:00Z")
    return since(life, "2026-09-03", "stray")


def first_sight(credential: Credential, *, services: int = 1, live: bool = True) -> list[str]:
    """Return what is sent about an unassigned credential at the first checks."""
    names = ["LibCal", "LibStaffer"][:services]
    life = World(watchlist(*(service(name) for name in names)))
    life.tenant.put(credential, *((LIBCAL,) if live else ()))
    life.run("2026-09-10T18:00Z")
    return since(life, "2026", credential.key_id)


def superseded(*, proof: bool) -> list[str]:
    older = OLD._replace(starts=LIBCAL.starts - timedelta(days=1)) if LIBCAL.starts else OLD
    assert first_sight(older, live=False)
    assert first_sight(older._replace(starts=LIBCAL.ends))
    return first_sight(older, services=1 if proof else 2)


def long_expired(*, proof: bool) -> list[str]:
    ends = "2026-08-24T09:00Z" if proof else "2026-08-26T09:00Z"
    return first_sight(secret("stray", "Old name", ends=ends), services=2)


def leftover(*, proof: bool) -> list[str]:
    life = renewing()
    life.confirm("libcal", "cal26")
    life.run("2026-09-18T18:00Z" if proof else "2026-09-19T18:00Z")
    return [line for line in life.diary if " delete:" in line]


def quiet_week(*, proof: bool) -> list[str]:
    """The old secret expires on the fifth day after the confirmation, or on the eighth."""
    life = living(LIBCAL)
    life.run("2026-11-30T18:00Z")
    life.tenant.add(renewed("cal28", "LibCal 2028", "2026-11-30"))
    life.run("2026-12-08T18:00Z" if proof else "2026-12-05T18:00Z")
    life.confirm("libcal", "cal28")
    severity = life.watch.status().judgement.worst
    life.run("2026-12-20T18:00Z")
    assert severity == Severity.OK, "the old one is not counted in the week"
    assert not any(" leftover:" in line for line in life.diary if line < "2026-12-12")
    return [line for line in life.diary if " leftover:" in line]


def unused(*, proof: bool) -> list[str]:
    life = living(secret("cal24", "LibCal 2024", ends="2026-10-13T09:00Z"), sign_ins=True)
    life.run("2026-09-02T18:00Z")
    life.tenant.add(NEW)
    for number in range(3, 20):
        life.run(f"2026-09-{number:02}T12:00Z")
        assert life.sign_ins is not None
        if proof:
            life.sign_ins.seen["cal26"] = life.now
        if number == 5:
            life.confirm("libcal", "cal26")
    life.run("2026-10-14T18:00Z")
    return [line for line in life.diary if " leftover:" in line]


def pipeline(*, proof: bool) -> list[str]:
    """A secret for 90 days is replaced after ten, by a pipeline or by people."""
    by = "pipeline" if proof else "person"
    life = World(watchlist(service("LibCal", installed_by=by, ladder=(30, 7))))
    first, new = (
        secret(f"cal{day}", "LibCal", starts=f"2026-09-{day}T05:00Z", ends=f"2026-12-{day}T05:00Z")
        for day in ("01", "11")
    )
    life.tenant.put(first)
    life.run("2026-09-10T18:00Z")
    life.tenant.put(first, new)
    life.run("2026-11-09T18:00Z")
    return [line for line in life.diary if line >= "2026-09-02"]


def rotation(*, proof: bool) -> list[str]:
    """A secret for 60 days is due for replacement after 30, and late after 36."""
    life = World(
        watchlist(service("LibCal", installed_by="pipeline", rotates_every=30, ladder=(60, 30, 7)))
    )
    life.tenant.put(secret("cal", "LibCal", starts="2026-09-01T12:00Z", ends="2026-10-31T12:00Z"))
    life.run("2026-10-07T18:00Z" if proof else "2026-10-08T18:00Z")
    return since(life, "2026-09-02", " libcal ")


def app_problem(*, proof: bool) -> list[str]:
    life = living(LIBCAL)
    life.run("2026-09-02T18:00Z")
    life.tenant.put(*life.tenant.credentials, disabled="It is disabled." if proof else "")
    life.run("2026-09-20T18:00Z")
    assert bool(since(life, "2026-09-03", " app:")) is proof, "the app is reported instead"
    return since(life, "2026-09-03", " libcal ")


def weekly_reminder(*, proof: bool) -> list[str]:
    """Return the reminders of three days: early in the first week, or after it."""
    life = living(LIBCAL)
    life.run("2026-09-02T18:00Z")
    life.tenant.drop("cal24")
    first, last = ("2026-09-11", "2026-09-13") if proof else ("2026-09-06", "2026-09-08")
    life.run(f"{last}T18:00Z")
    return [line for line in life.diary if line >= first and " libcal missing " in line]


def weekly(*, proof: bool) -> list[str]:
    life = World(watchlist(service("LibCal"), weekly=not proof))
    life.tenant.put(secret("cal24", "LibCal 2024", ends="2028-12-13T09:15Z"))
    life.run("2026-09-08T18:00Z")
    found = since(life, "2026-09-02", "weekly")
    assert len(found) == (0 if proof else 1), "one a week"
    return found


def handed_over(*, proof: bool) -> list[str]:
    """The current secret expires while the value of the new one waits in the vault."""
    life = before_hand_over(service("LibCal"))
    life.world.now = at("2026-12-11T20:00Z")
    life.world.check()
    if proof:
        life.hand_over()
    life.world.run("2026-12-18T18:00Z")
    assert any(" admins " in line for line in life.told if line >= "2026-12-13")
    return [line for line in life.told if line >= "2026-12-12" and " its " in line]


def hand_over_confirmed(*, proof: bool) -> list[str]:
    life = before_hand_over(service("LibCal"))
    life.hand_over()
    life.world.now += timedelta(hours=1)
    life.world.confirm("libcal", "cal26")
    life.end(Ending.CONFIRMED if proof else Ending.EXPIRED)
    life.world.now = life.record.until
    life.world.run("2026-12-01T18:00Z")
    assert any(" confirmed " in line for line in life.told)
    return [line for line in life.told if " hand_over_" in line]


APP_RULES = {
    "confirmed": confirmed,
    "acknowledged": acknowledged,
    "ignored": ignored,
    "superseded": superseded,
    "long-expired-unclaimed": long_expired,
    "leftover": leftover,
    "quiet-week": quiet_week,
    "unused": unused,
    "pipeline": pipeline,
    "rotation": rotation,
    "app-problem": app_problem,
    "handed-over": handed_over,
    "hand-over-confirmed": hand_over_confirmed,
    "weekly-reminder": weekly_reminder,
    "weekly": weekly,
}
