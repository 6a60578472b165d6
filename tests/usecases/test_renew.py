"""Renewals with fakes of every outside service: what is created, kept, saved and said."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest

from local.simulation.build import CLIENT_ID, at, secret, service, watchlist
from local.simulation.memory_creator import VALUE, InMemorySecretCreator
from local.simulation.memory_vault import InMemoryVault
from local.simulation.world import ANNA, World
from shared.core.decisions import Refused
from shared.core.model.decision import DecisionKind, Person
from shared.core.model.directory import Credential, Kind
from shared.core.model.hand_over import Ending, HandOverState
from shared.core.model.watchlist import Claim, Watchlist
from shared.core.renewal import NotRenewed
from shared.ports.errors import CreationRefused, CreationUnknown, LedgerError, VaultError
from shared.usecases.renew import Renewals, plan, renew

NOW = at("2026-11-30T15:00:30Z")
LOST = CreationUnknown("Graph did not answer.")
POLICY = CreationRefused(
    "A policy allows 180 days at most: --months 5.", code="CredentialInvalidLifetimeAsPerAppPolicy"
)


@dataclass
class Renewing:
    """A world with two services whose secrets expire soon, a vault, and a creator."""

    world: World
    vault: InMemoryVault
    creator: InMemorySecretCreator

    def renew(self, *services: str, months: int = 24, again: bool = False) -> Renewals:
        watch = self.world.watch
        return renew(watch, self.creator, services, months=months, by=ANNA, again=again)

    def record(self, service: str = "libcal") -> tuple[HandOverState, str, Ending]:
        found = self.world.ledger.memory.hand_overs[service]
        return found.state, found.key_id, found.ending

    @property
    def written(self) -> str:
        """Everything that the ledger has and the channels got."""
        heard = [inbox.heard for inbox in self.world.inboxes.values()]
        ledger = self.world.ledger
        return f"{ledger.memory} {ledger.history} {ledger.recorded} {heard}"


def prepared(watched: Watchlist | None = None, *, value: str = "LibCal 2024") -> Renewing:
    vault = InMemoryVault()
    world = World(watched or watchlist(), now=NOW - timedelta(hours=1), vault=vault)
    world.tenant.put(
        secret("cal24", value, ends="2026-12-13T09:15Z"),
        secret("staff24", "LibStaffer 2024", ends="2026-12-20T09:15Z"),
    )
    world.check()
    world.now = NOW
    return Renewing(world, vault, InMemorySecretCreator(world.tenant, lambda: world.now))


@pytest.fixture
def renewing() -> Renewing:
    return prepared()


def test_a_new_secret_is_kept_in_the_vault_and_both_parties_are_notified(
    renewing: Renewing,
) -> None:
    done = renewing.renew("libcal")
    [record] = done.renewed
    assert record.credential == Credential(
        "new1", Kind.SECRET, "LibCal 2028", "can", NOW, at("2028-11-30T15:00:30Z")
    )
    assert (record.state, record.by, record.renewed) == (HandOverState.READY, ANNA, True)
    assert renewing.vault.values["lapsewatch-libcal-new1"].reveal() == VALUE.format(1)
    assert (done.refused, renewing.creator.asked) == ((), ["LibCal 2028"])
    [decision] = renewing.world.ledger.history
    assert (decision.kind, decision.by, decision.key_id) == (DecisionKind.RENEW, ANNA, "new1")
    assert done.check is not None
    assert done.check.everyone_notified
    assert "canary" not in renewing.written


def test_the_ledger_knows_the_name_and_the_end_before_entra_is_asked(renewing: Renewing) -> None:
    renewing.creator.lost["LibCal 2028"] = SystemExit()
    with pytest.raises(SystemExit):
        renewing.renew("libcal")
    found = renewing.world.ledger.memory.hand_overs["libcal"]
    assert found.state == HandOverState.RENEWING
    assert (found.credential.name, found.credential.ends) == (
        "LibCal 2028",
        at("2028-11-30T15:00:30Z"),
    )


def test_two_services_get_different_ends_and_one_check(renewing: Renewing) -> None:
    checks = len(renewing.world.ledger.recorded)
    done = renewing.renew("libcal", "libstaffer", "libcal")
    assert [(each.credential.name, each.credential.ends) for each in done.renewed] == [
        ("LibCal 2028", at("2028-11-30T15:00:30Z")),
        ("LibStaffer 2028", at("2028-11-30T15:00:29Z")),
    ]
    assert len(renewing.world.ledger.recorded) == checks + 1


def test_the_end_is_one_that_no_secret_of_the_app_has(renewing: Renewing) -> None:
    renewing.world.tenant.add(secret("x", "other", ends="2028-11-30T15:00:30.123Z"))
    [record] = renewing.renew("libcal").renewed
    assert record.credential.ends == at("2028-11-30T15:00:29Z")


@pytest.mark.parametrize(
    ("months", "now", "ends"),
    [
        (3, "2026-11-30T15:00Z", "2027-02-28T15:00Z"),
        (15, "2026-11-30T15:00Z", "2028-02-29T15:00Z"),
        (1, "2026-12-31T15:00Z", "2027-01-31T15:00Z"),
        (6, "2026-11-30T15:00Z", "2027-05-30T14:00Z"),
        (1, "2026-12-01T04:30Z", "2026-12-31T04:30Z"),
    ],
)
def test_it_ends_after_calendar_months_at_the_same_local_time(
    months: int, now: str, ends: str
) -> None:
    renewing = prepared()
    renewing.world.now = at(now)
    watch = renewing.world.watch
    [planned] = plan(watch, ["libcal"], months=months, by=ANNA).planned
    year = at(ends).astimezone(watch.watchlist.zone).year
    assert (planned.ends, planned.name) == (at(ends), f"LibCal {year}")


@pytest.mark.parametrize(
    "claims",
    [
        {"libcal": Claim("hint", "q7X")},
        {"libcal": Claim("key_id", "cal24")},
        {"libcal": Claim("name", "LibCal*"), "libstaffer": Claim("name", "Lib*")},
    ],
)
def test_a_secret_that_no_rule_gives_to_the_service_alone_is_assigned_to_it(
    claims: dict[str, Claim],
) -> None:
    watched = watchlist(
        service("LibCal", claim=claims["libcal"]),
        service("LibStaffer", claim=claims.get("libstaffer", Claim("key_id", "staff24"))),
    )
    renewing = prepared(watched)
    renewing.world.confirm("libcal", "cal24")
    [record] = renewing.renew("libcal").renewed
    memory = renewing.world.ledger.memory
    assert memory.assignments["new1"].services == ("libcal",)
    [view] = [
        each
        for each in renewing.world.watch.status().judgement.services
        if each.service.id == "libcal"
    ]
    assert (view.standing, view.replacement) == ("awaiting_install", record.credential)


def test_a_secret_that_its_rule_finds_is_not_assigned(renewing: Renewing) -> None:
    renewing.renew("libcal")
    assert renewing.world.ledger.memory.assignments == {}


def test_a_replacement_that_waits_is_refused_unless_again(renewing: Renewing) -> None:
    renewing.world.tenant.add(
        secret("cal26", "LibCal 2026", ends="2028-11-01T00:00Z", starts="2026-11-01T00:00Z")
    )
    done = renewing.renew("libcal", "libstaffer")
    assert [each.service for each in done.renewed] == ["libstaffer"]
    [refused] = done.refused
    assert (refused.service, refused.key_id) == ("libcal", "")
    assert "“LibCal 2026”" in refused.why
    assert "--again" in refused.why
    assert renewing.creator.asked == ["LibStaffer 2028"]
    assert [each.service for each in renewing.renew("libcal", again=True).renewed] == ["libcal"]


def test_a_second_renewal_replaces_the_first_only_with_again(renewing: Renewing) -> None:
    renewing.renew("libcal")
    [refused] = renewing.renew("libcal").refused
    assert ANNA.name in refused.why
    assert len(renewing.creator.asked) == 1
    renewing.world.now += timedelta(seconds=1)
    [record] = renewing.renew("libcal", again=True).renewed
    assert record.key_id == "new2"
    assert list(renewing.vault.values) == ["lapsewatch-libcal-new2"]


def test_while_another_renewal_is_not_finished_none_is_begun(renewing: Renewing) -> None:
    renewing.creator.refused["LibCal 2028"] = LOST
    renewing.renew("libcal")
    assert renewing.record()[0] == HandOverState.RENEWING
    [refused] = renewing.renew("libcal", again=True).refused
    assert "is creating a secret" in refused.why
    assert len(renewing.creator.asked) == 1


@pytest.mark.parametrize("changes", [{"installed_by": "pipeline"}, {}])
def test_only_secrets_of_people_are_created(changes: dict[str, str]) -> None:
    renewing = prepared(watchlist(service("LibCal", **changes)))
    if not changes:
        certificate = secret("cal24", "LibCal 2024", ends="2026-12-13T09:15Z")
        renewing.world.tenant.put(certificate._replace(kind=Kind.CERTIFICATE))
    assert len(renewing.renew("libcal").refused) == 1
    assert (renewing.creator.asked, renewing.vault.asked) == ([], [])


def test_the_vault_must_answer_before_anything_is_created(renewing: Renewing) -> None:
    renewing.vault.broken["has"] = VaultError("The vault answered 403.")
    before = renewing.written
    with pytest.raises(VaultError, match="403"):
        renewing.renew("libcal")
    assert (renewing.creator.asked, renewing.written) == ([], before)


def test_without_a_vault_nothing_is_created(renewing: Renewing) -> None:
    renewing.world.vault = None
    with pytest.raises(Refused):
        renewing.renew("libcal")
    assert renewing.creator.asked == []


@pytest.mark.parametrize("services", [["libcal", "nothing"], ["nothing"]])
def test_an_unknown_service_refuses_the_whole_command(
    renewing: Renewing, services: list[str]
) -> None:
    with pytest.raises(Refused, match="no service"):
        renewing.renew(*services)
    assert renewing.creator.asked == []


def test_a_renewal_needs_a_name(renewing: Renewing) -> None:
    nobody = Person("", " ")
    with pytest.raises(Refused, match="name of a person"):
        renew(renewing.world.watch, renewing.creator, ["libcal"], months=24, by=nobody)
    assert renewing.creator.asked == []


def test_what_entra_refuses_is_saved_quietly_and_the_other_goes_on(renewing: Renewing) -> None:
    renewing.creator.refused["LibCal 2028"] = CreationRefused("You have no right on the app.")
    done = renewing.renew("libcal", "libstaffer")
    assert done.refused == (NotRenewed("libcal", "You have no right on the app."),)
    assert [each.service for each in done.renewed] == ["libstaffer"]
    assert renewing.record() == (HandOverState.DONE, "", Ending.NOT_CREATED)
    assert [each.kind for each in renewing.world.ledger.history] == [DecisionKind.RENEW]
    assert [each.service for each in renewing.renew("libcal").refused] == ["libcal"]


def test_a_refusal_by_policy_ends_the_command(renewing: Renewing) -> None:
    renewing.creator.refused["LibCal 2028"] = POLICY
    done = renewing.renew("libcal", "libstaffer")
    assert [each.service for each in done.refused] == ["libcal", "libstaffer"]
    assert "--months 5" in done.refused[0].why
    assert renewing.creator.asked == ["LibCal 2028"]
    assert done.check is None


def test_after_a_refusal_an_earlier_hand_over_is_kept_still(renewing: Renewing) -> None:
    renewing.renew("libcal")
    renewing.creator.refused["LibCal 2028"] = POLICY
    renewing.renew("libcal", again=True)
    assert renewing.record() == (HandOverState.READY, "new1", Ending.NONE)
    renewing.world.now += timedelta(minutes=20)
    renewing.world.tick()
    assert list(renewing.vault.values) == ["lapsewatch-libcal-new1"]


def assert_orphan(renewing: Renewing, refused: NotRenewed) -> None:
    """Assert that the person is told how to remove the secret, and that the ledger has it."""
    assert (refused.service, refused.key_id) == ("libcal", "new1")
    assert f"az ad app credential delete --id {CLIENT_ID} --key-id new1" in refused.why
    assert "canary" not in refused.why + renewing.written
    assert renewing.record() == (HandOverState.DONE, "new1", Ending.ORPHAN)
    assert renewing.world.ledger.history[-1].kind == DecisionKind.END
    assert renewing.vault.values == {}


@pytest.mark.parametrize("seconds", [0, 20, 55])
def test_a_lost_answer_is_looked_up_for_a_minute(renewing: Renewing, seconds: int) -> None:
    """A read shows the secret only after some time."""
    late: list[Credential] = []
    shown_at = renewing.world.now + timedelta(seconds=seconds)

    def show() -> None:
        if late and renewing.world.now >= shown_at:
            renewing.world.tenant.add(late.pop())

    renewing.world.meanwhile = show
    renewing.creator.show = late.append
    renewing.creator.lost["LibCal 2028"] = LOST
    [refused] = renewing.renew("libcal").refused
    assert str(LOST) in refused.why
    assert_orphan(renewing, refused)
    assert renewing.world.now - NOW <= timedelta(minutes=1)


def test_what_no_read_shows_in_a_minute_is_left_to_the_tick(renewing: Renewing) -> None:
    renewing.creator.refused["LibCal 2028"] = LOST
    done = renewing.renew("libcal", "libstaffer")
    [refused] = done.refused
    assert "next hourly run" in refused.why
    assert renewing.record() == (HandOverState.RENEWING, "", Ending.NONE)
    assert timedelta(seconds=50) <= renewing.world.now - NOW <= timedelta(seconds=65)
    assert [each.service for each in done.renewed] == ["libstaffer"]


@pytest.mark.parametrize("after", ["broken", "lost"])
def test_if_the_vault_fails_the_value_is_dropped(renewing: Renewing, after: str) -> None:
    getattr(renewing.vault, after)["keep"] = VaultError("The vault did not answer.")
    [refused] = renewing.renew("libcal").refused
    assert "The vault did not answer." in refused.why
    assert_orphan(renewing, refused)
    assert renewing.world.now - NOW <= timedelta(seconds=30)
    assert renewing.creator.asked == ["LibCal 2028"]


def test_a_vault_that_answers_later_keeps_the_value(renewing: Renewing) -> None:
    renewing.vault.broken["keep"] = VaultError("The vault did not answer.")
    renewing.world.meanwhile = renewing.vault.broken.clear
    assert [each.key_id for each in renewing.renew("libcal").renewed] == ["new1"]


def test_a_vault_that_forbids_it_is_not_asked_again(renewing: Renewing) -> None:
    renewing.vault.broken["keep"] = VaultError("You may not set secrets.", transient=False)
    renewing.renew("libcal")
    assert sum(each.startswith("keep") for each in renewing.vault.asked) == 1
    assert renewing.world.now == NOW


@pytest.mark.parametrize("method", ["save_hand_over", "decide"])
def test_if_the_ledger_fails_the_tick_finds_what_is_left(renewing: Renewing, method: str) -> None:
    renewing.world.ledger.broken[method] = LedgerError("The table cannot be reached.")
    [refused] = renewing.renew("libcal").refused
    assert "The table cannot be reached." in refused.why
    renewing.world.ledger.broken.clear()
    created = method == "decide"
    assert renewing.creator.asked == ["LibCal 2028"] * created
    assert refused.key_id == "new1" * created
    renewing.world.now += timedelta(minutes=20)
    renewing.world.tick()
    found = renewing.world.ledger.memory.hand_overs.get("libcal")
    assert (found is not None and found.state == HandOverState.READY) == created


@dataclass
class Stopping:
    """Raises `KeyboardInterrupt` in the place of a method, before or after it."""

    method: Callable[..., object]
    after: bool

    def __call__(self, *words: object, **options: object) -> object:
        if self.after:
            self.method(*words, **options)
        raise KeyboardInterrupt


STEPS = [
    ("ledger", "save_hand_over"),
    ("creator", "create"),
    ("vault", "keep"),
    ("ledger", "decide"),
]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("where", "method"), STEPS)
def test_ctrl_c_leaves_nothing_that_a_tick_does_not_find(
    renewing: Renewing,
    where: str,
    method: str,
    after: bool,  # noqa: FBT001  (a case)
) -> None:
    """The person is told what is known, and nothing else is asked for."""
    service = renewing.world.ledger if where == "ledger" else getattr(renewing, where)
    setattr(service, method, Stopping(getattr(service, method), after))
    done = renewing.renew("libcal", "libstaffer")
    assert [each.service for each in done.refused] == ["libcal", "libstaffer"]
    assert done.refused[0].why.startswith("Interrupted. ")
    assert (done.renewed, done.check) == ((), None)
    assert "LibStaffer 2028" not in renewing.creator.asked
    delattr(service, method)
    renewing.world.now += timedelta(minutes=20)
    renewing.world.tick()
    state = renewing.world.ledger.memory.hand_overs.get("libcal")
    reached = STEPS.index((where, method)) + after
    expected = {0: None, 1: Ending.NOT_CREATED, 2: Ending.ORPHAN, 3: Ending.NONE}
    expected |= {4: Ending.NONE}
    assert (state.ending if state is not None else None) == expected[reached]
    assert "canary" not in renewing.written + str(done)


def test_nothing_is_written_by_a_plan(renewing: Renewing) -> None:
    before = renewing.written
    found = plan(renewing.world.watch, ["libcal", "libstaffer"], months=24, by=ANNA)
    assert [each.name for each in found.planned] == ["LibCal 2028", "LibStaffer 2028"]
    assert (found.refused, found.unread) == ((), False)
    assert renewing.written == before
    assert (renewing.creator.asked, renewing.vault.asked) == ([], [])


def test_an_app_that_cannot_be_read_is_said_for_its_services(renewing: Renewing) -> None:
    renewing.world.tenant.broken[CLIENT_ID] = "Graph answered 403."
    found = plan(renewing.world.watch, ["libcal", "libstaffer"], months=24, by=ANNA)
    assert [each.why for each in found.refused] == ["Graph answered 403."] * 2
    assert found.unread


def test_a_channel_that_fails_gets_the_message_by_the_next_tick(renewing: Renewing) -> None:
    renewing.world.inboxes["admins"].down = True
    done = renewing.renew("libcal")
    assert done.check is not None
    assert (len(done.renewed), done.check.everyone_notified) == (1, False)
    renewing.world.inboxes["admins"].down = False
    before = len(renewing.world.inboxes["admins"].heard)
    renewing.world.now += timedelta(minutes=30)
    renewing.world.tick()
    assert len(renewing.world.inboxes["admins"].heard) == before + 1
