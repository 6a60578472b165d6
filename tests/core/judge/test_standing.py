"""Every standing, in the order in which the first that applies decides."""

import pytest

from local.simulation.build import CALLBACK, CLIENT_ID, OBJECT_ID, at, secret, service, watchlist
from shared.core.judge.judge import judge
from shared.core.judge.snapshot import snapshot_of
from shared.core.model.apply import apply_changes
from shared.core.model.context import CheckContext
from shared.core.model.decision import Assignment, InUse, Person
from shared.core.model.directory import App, Credential
from shared.core.model.judgement import Judgement
from shared.core.model.memory import Memory
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss, Reason, Severity, Standing

NOW = at("2026-11-22T14:00Z")
ANNA = Person("00000000-0000-4000-8000-00000000000a", "Anna")
ONE = watchlist(service("LibCal"))
OLD = secret("k1", "LibCal 2024", starts="2024-12-13T09:15Z", ends="2026-12-13T09:15Z")
NEW = secret("k2", "LibCal 2026", starts="2026-11-20T09:00Z", ends="2028-11-20T09:00Z", hint="r2B")


def judged(
    *credentials: Credential, memory: Memory | None = None, now: str = "", disabled: str = ""
) -> Judgement:
    remembered = memory or Memory()
    app = App(CLIENT_ID, OBJECT_ID, "LibApps Outlook sync", credentials, (), disabled)
    watched = ONE.apps[0]
    round_ = CheckContext(ONE, remembered, at(now) if now else NOW)
    return judge(round_, {watched.key: snapshot_of(watched, app, round_)})


def libcal(*credentials: Credential, memory: Memory | None = None, now: str = "") -> ServiceView:
    (view,) = judged(*credentials, memory=memory, now=now).services
    return view


def using(
    key_id: str, *, by: Person | None = None, assumed: bool = False, at_: str = "2026-11-21T09:00Z"
) -> Memory:
    first = apply_changes(Memory(), judged(OLD, NEW).changes)
    return Memory(
        in_use_records={"libcal": InUse("libcal", key_id, assumed, at(at_), by)},
        credential_records=first.credential_records,
    )


@pytest.mark.parametrize(
    ("now", "standing", "severity", "days_left"),
    [
        ("2026-09-13T13:00Z", Standing.HEALTHY, Severity.OK, 91),
        ("2026-09-14T13:00Z", Standing.EXPIRING, Severity.NOTICE, 90),
        ("2026-11-12T14:00Z", Standing.EXPIRING, Severity.NOTICE, 31),
        ("2026-11-13T14:00Z", Standing.EXPIRING, Severity.WARNING, 30),
        ("2026-12-05T14:00Z", Standing.EXPIRING, Severity.WARNING, 8),
        ("2026-12-06T14:00Z", Standing.EXPIRING, Severity.CRITICAL, 7),
        ("2026-12-13T09:14Z", Standing.EXPIRING, Severity.CRITICAL, 0),
        ("2026-12-13T09:15Z", Standing.EXPIRED, Severity.CRITICAL, 0),
        ("2026-12-14T14:00Z", Standing.EXPIRED, Severity.CRITICAL, -1),
    ],
)
def test_standings_of_a_single_credential_until_it_expires(
    now: str, standing: Standing, severity: Severity, days_left: int
) -> None:
    view = libcal(OLD, now=now)
    assert (view.standing, view.severity, view.days_left) == (standing, severity, days_left)


def test_days_are_local_and_expiry_is_an_instant() -> None:
    late = secret("k1", "LibCal", ends="2027-03-20T02:00Z")  # 19 March, 21:00 in Chicago
    assert libcal(late, now="2027-03-19T13:00Z").days_left == 0
    assert libcal(late, now="2027-03-20T01:59Z").standing == Standing.EXPIRING
    assert libcal(late, now="2027-03-20T02:00Z").standing == Standing.EXPIRED


def test_a_service_without_any_credential_is_unmatched() -> None:
    view = libcal(secret("k9", "Something else", ends=None))
    assert (view.standing, view.severity) == (Standing.UNMATCHED, Severity.WARNING)
    assert [c.key_id for c in view.candidates] == ["k9"]


def test_first_live_credential_to_expire_is_assumed_to_be_in_use() -> None:
    view = libcal(OLD, NEW)
    assert view.in_use == OLD
    assert view.assumed
    assert view.replacement == NEW
    assert view.standing == Standing.AWAITING_INSTALL


def test_of_expired_credentials_the_last_is_assumed_to_be_in_use() -> None:
    view = libcal(
        secret("a", "LibCal 2020", ends="2022-01-01T00:00Z"),
        secret("b", "LibCal 2022", ends="2024-01-01T00:00Z"),
    )
    assert view.in_use is not None
    assert (view.in_use.key_id, view.standing, view.assumed) == ("b", Standing.EXPIRED, False)


@pytest.mark.parametrize(
    ("now", "severity"),
    [
        ("2026-09-01T13:00Z", Severity.NOTICE),
        ("2026-11-22T14:00Z", Severity.WARNING),
        ("2026-12-10T14:00Z", Severity.CRITICAL),
    ],
)
def test_a_replacement_does_not_stop_the_countdown(now: str, severity: Severity) -> None:
    early = NEW._replace(starts=at("2026-08-01T00:00Z"))
    view = libcal(OLD, early, memory=using("k1"), now=now)
    assert (view.standing, view.severity) == (Standing.AWAITING_INSTALL, severity)
    assert view.days_left is not None


def test_awaiting_install_is_critical_after_expiry_or_deletion() -> None:
    ended = libcal(OLD, NEW, memory=using("k1"), now="2026-12-14T14:00Z")
    gone = libcal(NEW, memory=using("k1"))
    assert (ended.standing, ended.loss, ended.severity) == (
        Standing.AWAITING_INSTALL,
        Loss.EXPIRED,
        Severity.CRITICAL,
    )
    assert (gone.standing, gone.loss, gone.severity) == (
        Standing.AWAITING_INSTALL,
        Loss.DELETED,
        Severity.CRITICAL,
    )
    assert gone.in_use == OLD


def test_a_deleted_credential_without_replacement_is_missing() -> None:
    view = libcal(memory=using("k1"))
    assert (view.standing, view.severity, view.in_use) == (Standing.MISSING, Severity.CRITICAL, OLD)


def test_confirmed_replacement_is_healthy_and_old_one_a_leftover() -> None:
    view = libcal(OLD, NEW, memory=using("k2", by=ANNA))
    assert (view.standing, view.severity) == (Standing.HEALTHY, Severity.OK)
    assert view.leftovers == (OLD,)


def test_confirming_the_older_credential_is_an_undo() -> None:
    view = libcal(OLD, NEW, memory=using("k1", by=ANNA))
    assert (view.standing, view.replacement, view.leftovers) == (Standing.AWAITING_INSTALL, NEW, ())


def test_an_older_credential_replaces_only_a_lost_newer_one() -> None:
    old = OLD._replace(ends=at("2029-01-01T00:00Z"))
    assert libcal(old, NEW, memory=using("k2")).replacement is None
    assert libcal(old, memory=using("k2")).replacement == old


@pytest.mark.parametrize("left", [(), (NEW._replace(ends=at("2026-11-22T00:00Z")),)])
def test_a_newer_one_yet_to_start_comes_before_an_older_one(left: tuple[Credential, ...]) -> None:
    old = OLD._replace(ends=at("2029-01-01T00:00Z"))
    coming = secret("k3", "LibCal 2027", starts="2026-12-01T00:00Z", ends="2029-11-20T09:00Z")
    view = libcal(old, *left, coming, memory=using("k2", by=ANNA))
    lost = Standing.EXPIRED if left else Standing.MISSING
    assert (view.standing, view.replacement, view.upcoming) == (lost, coming, True)


def test_of_two_replacements_the_newest_counts() -> None:
    newest = secret("k3", "LibCal 2026 b", starts="2026-11-21T00:00Z", ends="2027-11-21T00:00Z")
    assert libcal(OLD, NEW, newest, memory=using("k1")).replacement == newest


def test_a_replacement_that_expires_sooner_is_marked() -> None:
    short = NEW._replace(ends=at("2026-12-01T00:00Z"))
    assert libcal(OLD, short, memory=using("k1")).shorter
    assert not libcal(OLD, NEW, memory=using("k1")).shorter


def test_a_future_replacement_is_shown_but_not_awaited() -> None:
    coming = NEW._replace(starts=at("2026-12-01T00:00Z"))
    view = libcal(OLD, coming, memory=using("k1"))
    assert (view.standing, view.replacement, view.upcoming) == (Standing.EXPIRING, coming, True)


@pytest.mark.parametrize("ends", [None, "2299-12-31T00:00:00Z"])
def test_a_credential_that_never_expires_stays_healthy(ends: str | None) -> None:
    never = secret("k1", "LibCal", ends=None)
    view = libcal(never, now="2098-01-01T00:00Z")
    assert (view.standing, view.days_left) == (Standing.HEALTHY, None), ends


def test_an_old_credential_without_expiry_awaits_its_replacement() -> None:
    view = libcal(OLD._replace(ends=None), NEW, memory=using("k1"))
    assert (view.standing, view.severity, view.shorter) == (
        Standing.AWAITING_INSTALL,
        Severity.NOTICE,
        True,
    )


def test_a_leftover_in_use_elsewhere_is_not_deletable() -> None:
    watched = watchlist()
    memory = Memory(
        in_use_records={
            "libcal": InUse("libcal", "k2", assumed=False, at=NOW, by=ANNA),
            "libstaffer": InUse("libstaffer", "k1", assumed=False, at=NOW),
        },
        assignments={"k1": Assignment("k1", ("libcal", "libstaffer"), NOW, ANNA)},
    )
    app = watched.apps[0]
    round_ = CheckContext(watched, memory, NOW)
    seen = snapshot_of(app, App(CLIENT_ID, OBJECT_ID, "LibApps", (OLD, NEW)), round_)
    later = round_._replace(now=at("2026-12-10T14:00Z"))
    judgement = judge(later, {app.key: seen})
    assert (judgement.services[0].leftovers, judgement.services[0].shared) == (
        (OLD,),
        frozenset({"k1"}),
    )
    assert [(view.owner.service.id, view.deletable) for view in judgement.leftovers] == [
        ("libcal", False)
    ]


def test_services_keep_their_standing_during_an_app_problem() -> None:
    before = judged(OLD)
    memory = apply_changes(Memory(), before.changes)
    broken = judged(OLD, memory=memory, disabled="it is disabled", now="2026-12-20T00:00Z")
    assert broken.services[0].standing == before.services[0].standing == Standing.EXPIRING
    (app,) = (view for view in broken.apps if view.aspect == "app")
    assert (app.standing, app.severity, app.problems) == (
        Standing.APP_PROBLEM,
        Severity.CRITICAL,
        ("it is disabled",),
    )
    assert broken.worst == Severity.CRITICAL


def test_a_missing_app_does_not_make_its_credentials_gone() -> None:
    memory = apply_changes(Memory(), judged(OLD).changes)
    watched = ONE.apps[0]
    round_ = CheckContext(ONE, memory, NOW)
    lost = judge(round_, {watched.key: snapshot_of(watched, None, round_)})
    assert lost.changes.credential_records == ()
    assert [state.reason for state in lost.changes.items] == [Reason.APP_PROBLEM]


def test_a_missing_redirect_uri_does_not_change_the_standing() -> None:
    app = ONE.apps[0].__class__(
        "LibApps", CLIENT_ID, ONE.apps[0].services, redirect_uris=(CALLBACK,)
    )
    watched = watchlist(apps=(app,))
    round_ = CheckContext(watched, Memory(), NOW)
    seen = snapshot_of(
        app, App(CLIENT_ID, OBJECT_ID, "LibApps", (NEW,), ("https://other.example/",)), round_
    )
    judgement = judge(round_, {app.key: seen})
    found = next(view for view in judgement.apps if view.aspect == "redirect_uris")
    assert (found.severity, CALLBACK in found.problems[0]) == (Severity.WARNING, True)
    assert judgement.services[0].standing == Standing.HEALTHY


def test_a_certificate_is_judged_like_a_secret() -> None:
    certificate = OLD._replace(kind=type(OLD.kind).CERTIFICATE, hint="")
    assert libcal(certificate).standing == Standing.EXPIRING
