"""Answers of Graph other than the usual ones: refusals, and properties that a cloud lacks."""

from dataclasses import replace

import pytest

from local.stand_in.entra import Owner
from shared.core.model.check_record import Outcome
from tests.field.answers import lacks, refuses
from tests.field.apps import EXPIRING, SOON, app, secret
from tests.field.harness import Expected, Field, Situation
from tests.support.environment import WHOLE_TENANT

ONE_CHECK = ("2027-05-19",)
ANN = Owner("a1", "Ann Example", "ann@example.org")
PAYROLL = app("Payroll", secret("pay", SOON), owners=(ANN,))
NOTIFIED = [("its", "libcal"), ("admins", "libcal")]
WATCHED = Situation([EXPIRING], Expected(notified=NOTIFIED), checks=ONE_CHECK)
TENANT = replace(
    WATCHED,
    graph=[EXPIRING, PAYROLL],
    expect=Expected(notified=[*NOTIFIED, ("owner:a1", "Payroll")]),
    checks=("2027-04-19", *ONE_CHECK),  # owners are notified later than the first message
    tenant=f"{WHOLE_TENANT}service_principals = true\n",
)
TAGGED = replace(TENANT, tenant=f'{TENANT.tenant}exclude = {{ tags = ["HideApp"] }}\n')
UNKNOWN = {
    **{
        name: replace(WATCHED, instead=lacks(name))
        for name in ("isDisabled", "disabledByMicrosoftStatus", "spa", "web", "publicClient")
    },
    "accountEnabled": replace(WATCHED, instead=lacks("accountEnabled")),
    "several": replace(WATCHED, instead=lacks("isDisabled", "spa", "disabledByMicrosoftStatus")),
    **{
        f"{name}, in the tenant": replace(TENANT, instead=lacks(name))
        for name in (
            "isDisabled",
            "disabledByMicrosoftStatus",
            "accountEnabled",
            "servicePrincipalType",
            "appOwnerOrganizationId",
            "preferredTokenSigningKeyThumbprint",
            "notes",
            "serviceManagementReference",
        )
    },
    "tags": replace(TAGGED, instead=lacks("tags")),
}
"""A property that this cloud's Graph does not know."""

LATER = ("already", "24 hours")
"""Azure hands out a token from before the permission was granted for up to a day."""
REFUSED = Situation(
    [EXPIRING], Expected(outcome=Outcome.FAILED, error=LATER, problems=1), checks=ONE_CHECK
)
PARTLY = replace(
    TENANT,
    checks=ONE_CHECK,
    expect=Expected(notified=NOTIFIED, outcome=Outcome.PARTIAL, error=LATER),
)
GRANTED = {
    "every read": replace(REFUSED, instead=refuses("/v1.0/")),
    "the permission is not in the token": replace(REFUSED, roles=frozenset()),
    "the list of the tenant": replace(PARTLY, instead=refuses("/v1.0/applications?")),
    "the service principals": replace(PARTLY, instead=refuses("/v1.0/servicePrincipals?")),
}

ROWS = {f"unknown property: {name}": row for name, row in UNKNOWN.items()} | {
    f"granted, but refused: {name}": row for name, row in GRANTED.items()
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_situation(field: Field, row: Situation) -> None:
    field.play(row).shows(row.expect)
