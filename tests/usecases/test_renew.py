"""Renewals with fakes of every outside service: what is created, kept, saved and said."""

from datetime import timedelta

import pytest

from local.simulation.build import CLIENT_ID, at, secret, service, watchlist
from local.simulation.memory_creator import VALUE
from local.simulation.world import ANNA
from shared.core.decisions import Refused
from shared.core.model.decision import DecisionKind, Person
from shared.core.model.directory import Credential, Kind
from shared.core.model.hand_over import HandOverState
from shared.core.model.watchlist import Claim
from shared.ports.errors import VaultError
from shared.usecases.renew import renew
from shared.usecases.renewal_plan import plan
from tests.support.renewing import LOST, NOW, Renewing, prepared


@pytest.fixture
def renewing() -> Renewing:
    return prepared()


def test_a_new_secret_is_kept_and_the_installer_is_notified(
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
def test_a_secret_that_no_rule_gives_to_it_alone_is_assigned(
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
