"""Which services a credential belongs to."""

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
        (Claim("name", "libcal 20*"), True),
        (Claim("name", "LibCal 20??"), False),
        (Claim("name", "[L]ibCal*"), False),
        (Claim("name", "LibCal"), False),
        (Claim("name", "LibStaffer*"), False),
        (Claim("hint", "q7X"), True),
        (Claim("hint", "q7x"), False),
        (Claim("key_id", "AAAA1111-0000-4000-8000-000000000001"), True),
        (Claim("key_id", "aaaa1111-0000-4000-8000-000000000002"), False),
    ],
)
def test_rules_match_names_by_pattern_and_hints_and_key_ids_exactly(
    claim: Claim, *, found: bool
) -> None:
    credential = secret(
        "aaaa1111-0000-4000-8000-000000000001", "LibCal 2024", ends="2026-12-13T09:15Z", hint="q7X"
    )
    assert matches(claim, credential) is found


def test_a_single_matching_rule_claims_the_credential() -> None:
    assert owners("LibCal 2024") == {"libcal"}
    assert owners("Something else") == set()


def test_two_matching_rules_claim_nothing_and_both_are_named() -> None:
    both = (
        service("LibCal", claim=Claim("name", "Lib*")),
        service("LibStaffer", claim=Claim("name", "Lib*")),
    )
    found = claimed_by(secret("k1", "Lib 2024", ends=None), both, Memory())
    assert not found.services
    assert found.rivals == both


def test_credential_in_use_belongs_to_its_service_despite_its_name() -> None:
    memory = Memory(in_use_records={"libcal": InUse("libcal", "k1", assumed=False, at=NOW)})
    assert owners("renamed by somebody", memory) == {"libcal"}


def test_a_confirmed_credential_also_belongs_to_a_matching_service() -> None:
    memory = Memory(
        in_use_records={"libcal": InUse("libcal", "k1", assumed=False, at=NOW, by=ANNA)}
    )
    assert owners("LibStaffer 2026", memory) == {"libcal", "libstaffer"}


def test_a_previous_credential_stays_the_services_own() -> None:
    assert owners(
        "", Memory(previous_credentials=frozenset({PreviousCredential("libcal", "k1")}))
    ) == {"libcal"}


def test_an_assignment_takes_precedence_over_rules() -> None:
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
