"""Which secret a pasted value belongs to, and each reason to refuse it."""

from typing import Any

import pytest

from local.simulation.build import CLIENT_ID, OBJECT_ID, at, secret, service, watchlist
from shared.core.decisions import Refused
from shared.core.hand_over.value import NoSuchSecret, credential_for
from shared.core.judge.judge import judge
from shared.core.judge.snapshot import snapshot_of
from shared.core.model.context import CheckContext
from shared.core.model.decision import Assignment, InUse, Person
from shared.core.model.directory import App, Credential, Kind
from shared.core.model.memory import CredentialRecord, Memory
from shared.core.model.secret import Secret
from shared.core.model.watchlist import Watchlist

NOW = at("2026-11-20T15:00Z")
ANNA = Person("a", "Anna Example")
REST = "~x-r4nd0m.value-of_a.secret~0123456789"
OLD = secret("cal24", "LibCal 2024", hint="old", ends="2026-12-13T09:15Z")
NEW = secret(
    "cal26", "LibCal 2026", hint="new", starts="2026-11-01T00:00Z", ends="2028-11-01T00:00Z"
)
STAFF = secret("sta25", "LibStaffer 2025", hint="sta", ends="2027-03-20T02:00Z")
STAFF_NEW = secret(
    "sta26", "LibStaffer 2026", hint="stN", starts="2026-11-01T00:00Z", ends="2028-11-01T00:00Z"
)
UNKNOWN = secret("odd", "test", hint="odd", starts="2026-11-02T00:00Z", ends="2028-11-01T00:00Z")


def in_use(service_id: str, key_id: str, *, settled: bool = True) -> InUse:
    by = ANNA if settled else None
    return InUse(service_id, key_id, assumed=not settled, at=at("2026-09-01T00:00Z"), by=by)


def found(
    hint: str,
    *credentials: Credential,
    pasted_for: str = "libcal",
    used: tuple[InUse, ...] = (in_use("libcal", "cal24"), in_use("libstaffer", "sta25")),
    assigned: tuple[Assignment, ...] = (),
    watched: Watchlist | None = None,
    before: tuple[Credential, ...] = (),
) -> Credential:
    """Paste a value that begins with `hint`; `before` are credentials that the app had."""
    watched = watched or watchlist()
    present = credentials or (OLD, NEW, STAFF, STAFF_NEW)
    records = (CredentialRecord(each, "libcal", NOW) for each in before)
    memory = Memory(
        in_use_records={each.service: each for each in used},
        assignments={each.key_id: each for each in assigned},
        credential_records={each.credential.key_id: each for each in records},
    )
    context = CheckContext(watched, memory, NOW)
    app = watched.apps[0]
    snapshot = snapshot_of(app, App(CLIENT_ID, OBJECT_ID, app.name, present), context)
    views = judge(context, {app.key: snapshot}).services
    view = next(each for each in views if each.service.id == pasted_for)
    return credential_for(Secret(hint + REST), view, views, snapshot, context)


def refused(match: str, *pasted: Any, **world: Any) -> None:  # noqa: ANN401  (as `found` takes them)
    """Require that a paste is refused with a sentence that has no more of it than the hint."""
    with pytest.raises(Refused, match=match) as caught:
        found(*pasted, **world)
    assert pasted[0] + REST[0] not in str(caught.value)
    assert REST[:4] not in str(caught.value)


def test_new_secret_of_the_service_is_found() -> None:
    assert found("new") == NEW
    assert found("stN", pasted_for="libstaffer") == STAFF_NEW


def test_value_in_use_is_refused_exactly() -> None:
    refused(r"^LibCal uses this value already\.$", "old")
    refused(r"^LibStaffer uses this value already\.$", "sta")
    refused(
        r"^LibCal uses this value already\.$",
        "old",
        used=(in_use("libcal", "cal24", settled=False),),
    )


def test_value_of_another_service_names_it() -> None:
    refused(r"This value belongs to LibStaffer: hand it over there", "stN")


@pytest.mark.parametrize("of", ["wrong", "old secret", "cut"])
def test_value_that_matches_nothing(of: str) -> None:
    hint = {"wrong": "zzz", "old secret": "q7X", "cut": "ew8"}[of]
    with pytest.raises(NoSuchSecret, match="No secret of LibApps Outlook sync begins like this"):
        found(hint)


def test_hint_is_compared_with_case_and_in_full() -> None:
    with pytest.raises(NoSuchSecret):
        found("NEW")
    with pytest.raises(NoSuchSecret):
        found("neX")


def test_secret_without_a_hint_and_a_certificate_match_nothing() -> None:
    with pytest.raises(NoSuchSecret):
        found("xyz", OLD, NEW._replace(hint=""))
    with pytest.raises(NoSuchSecret):
        found("new", OLD, NEW._replace(kind=Kind.CERTIFICATE))


def test_older_than_the_confirmed_one() -> None:
    refused(
        r"LibCal was confirmed on a newer secret.*“LibCal 2024”",
        "old",
        used=(in_use("libcal", "cal26"),),
    )


def test_older_one_of_another_service_names_that_service() -> None:
    refused(
        r"belongs to LibStaffer",
        "sta",
        used=(in_use("libcal", "cal24"), in_use("libstaffer", "sta26")),
    )


def test_older_one_may_help_while_the_confirmed_one_is_deleted() -> None:
    used = (in_use("libcal", "cal26"),)
    assert found("old", OLD, STAFF, used=used, before=(OLD, NEW)) == OLD


def test_not_started_yet() -> None:
    later = NEW._replace(starts=at("2026-11-21T06:30Z"))
    refused(r"“LibCal 2026”.* is valid from 2026-11-21 00:30.*not work", "new", OLD, later)


def test_expired() -> None:
    refused(r"“LibCal 2026” \(begins with new\) has expired", "new", OLD, NEW._replace(ends=NOW))


def test_several_match() -> None:
    twin = UNKNOWN._replace(hint="new")
    refused(r"Several secrets .*“LibCal 2026”.* and “test”", "new", OLD, NEW, twin)
    refused(r"Several secrets", "new", OLD, NEW, STAFF_NEW._replace(hint="new"))


def test_same_hint_as_an_old_one_is_no_doubt() -> None:
    """Neither an expired one counts, nor one whose successor was confirmed."""
    ended = secret("cal22", "LibCal 2022", hint="new", ends="2025-01-01T00:00Z")
    older = secret("cal23", "LibCal 2023", hint="new", starts="2023-01-01T00:00Z", ends=None)
    assert found("new", ended, older, OLD, NEW) == NEW


def test_unclaimed_secret_is_taken_by_a_service_without_a_credential() -> None:
    assert found("odd", UNKNOWN, used=()) == UNKNOWN
    deleted = (in_use("libcal", "cal24"),)
    assert found("odd", UNKNOWN, used=deleted, before=(OLD,)) == UNKNOWN


def test_unclaimed_secret_is_refused_where_it_is_no_candidate() -> None:
    refused(r"belongs to no service.* Assign it to LibCal first", "odd", OLD, NEW, UNKNOWN)


def test_ignored_secret_is_refused() -> None:
    ignored = Assignment("odd", (), NOW, ANNA)
    refused(r"assigned “test” .* to no service", "odd", UNKNOWN, used=(), assigned=(ignored,))


def test_secret_of_two_services_is_taken_by_the_other_one() -> None:
    shared = Assignment("cal26", ("libcal", "libstaffer"), NOW, ANNA)
    used = (in_use("libcal", "cal26"), in_use("libstaffer", "sta25"))
    assert found("new", pasted_for="libstaffer", used=used, assigned=(shared,)) == NEW
    refused(r"^LibCal uses this value already", "new", used=used, assigned=(shared,))


def test_pipeline_has_no_hand_over() -> None:
    piped = service("LibCal", installed_by="pipeline", installer=())
    refused(
        r"A pipeline installs the secrets of LibCal",
        "new",
        watched=watchlist(piped, service("LibStaffer")),
    )
