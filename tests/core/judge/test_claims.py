"""ClaimsByKeyId a credential is."""

import pytest

from local.simulation.build import at, secret, service
from shared.core.judge.claims import claimed_by, matches
from shared.core.model.decision import Assignment, InUse, Person, PreviousCredential
from shared.core.model.memory import Memory
from shared.core.model.watchlist import Claim

NOW = at("2026-09-01T13:00Z")
ANNA = Person("00000000-0000-4000-8000-00000000000a", "Anna")
LIBCAL, LIBSTAFFER = service("LibCal"), service("LibStaffer")


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        (Claim("name", "LibCal*"), True),
        (Claim("name", "libcal 20??"), True),
        (Claim("name", "LibCal"), False),
        (Claim("name", "LibStaffer*"), False),
        (Claim("hint", "q7X"), True),
        (Claim("hint", "q7x"), False),
        (Claim("key_id", "AAAA1111-0000-4000-8000-000000000001"), True),
        (Claim("key_id", "aaaa1111-0000-4000-8000-000000000002"), False),
    ],
)
def test_a_rule_finds_names_by_glob_hints_by_letter_and_key_ids_by_value(
    claim: Claim, *, found: bool
) -> None:
    credential = secret(
        "aaaa1111-0000-4000-8000-000000000001", "LibCal 2024", ends="2026-12-13T09:15Z", hint="q7X"
    )
    assert matches(claim, credential) is found


def test_one_rule_is_enough() -> None:
    assert owners("LibCal 2024") == {"libcal"}
    assert owners("Something else") == set()


def test_two_rules_that_match_give_it_to_neither_and_both_are_named() -> None:
    both = (
        service("LibCal", claim=Claim("name", "Lib*")),
        service("LibStaffer", claim=Claim("name", "Lib*")),
    )
    found = claimed_by(secret("k1", "Lib 2024", ends=None), both, Memory())
    assert not found.services
    assert found.rivals == both


def test_what_is_in_use_is_its_services_own_whatever_it_is_called() -> None:
    memory = Memory(in_use_records={"libcal": InUse("libcal", "k1", assumed=False, at=NOW)})
    assert owners("renamed by somebody", memory) == {"libcal"}


def test_a_credential_confirmed_for_one_service_stays_the_other_ones_by_its_rule() -> None:
    memory = Memory(
        in_use_records={"libcal": InUse("libcal", "k1", assumed=False, at=NOW, by=ANNA)}
    )
    assert owners("LibStaffer 2026", memory) == {"libcal", "libstaffer"}


def test_what_was_once_in_use_stays_the_services_own() -> None:
    assert owners(
        "", Memory(previous_credentials=frozenset({PreviousCredential("libcal", "k1")}))
    ) == {"libcal"}


def test_a_persons_claim_beats_the_rule_and_may_name_several_or_none() -> None:
    def said(*services: str) -> Memory:
        return Memory(assignments={"k1": Assignment("k1", services, NOW, ANNA)})

    assert owners("LibCal 2024", said("libstaffer")) == {"libstaffer"}
    assert owners("", said("libcal", "libstaffer")) == {"libcal", "libstaffer"}
    ignored = claimed_by(secret("k1", "LibCal 2024", ends=None), (LIBCAL, LIBSTAFFER), said())
    assert not ignored.services
    assert ignored.ignored


def owners(name: str, memory: Memory | None = None) -> set[str]:
    return set(
        claimed_by(secret("k1", name, ends=None), (LIBCAL, LIBSTAFFER), memory or Memory()).services
    )
