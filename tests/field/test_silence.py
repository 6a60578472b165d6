"""Who is notified, and who is spared: silence must be earned, and noise avoided."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha1, sha256

import pytest

from local.stand_in.entra import Certificate, Owner, ServicePrincipal, stamp
from tests.field.answers import with_owners_disabled
from tests.field.apps import (
    EXPIRING,
    FAR,
    HEALTHY,
    LIBSTAFFER,
    SOON,
    app,
    certificate,
    guid,
    libapps,
    secret,
)
from tests.field.harness import Apps, Expected, Field, Situation
from tests.support.environment import WHOLE_TENANT

TENANT = WHOLE_TENANT.replace("owners = true\n", "")
TO_THE_END = ("2027-04-19", "2027-05-19", "2027-06-04", "2027-06-11", "2027-06-17", "2027-06-18")


def called(*names: str) -> Apps:
    """Return the healthy watched app, and apps of these names whose secrets expire."""
    return [HEALTHY, *(app(name, secret(f"of {name}", SOON)) for name in names)]


def excluding(pattern: str, out: str, *notified: str) -> Situation:
    """An exclusion leaves out one app, and no other."""
    return Situation(
        called(out, *notified),
        Expected(
            notified=[("its", name) for name in notified],
            not_notified=[("its", out)],
            not_named=[out],
        ),
        tenant=f'{TENANT}exclude = {{ names = ["{pattern}"] }}\n',
    )


EXCLUDED = {
    "brackets": excluding("[TEST]*", "[TEST] sandbox", "Salesforce sync", "ERP", "Timesheets"),
    "brackets, another case": excluding("[test]*", "[TEST] sandbox", "Timesheets"),
    "a range": excluding("[a-z]*", "[a-z] demo", "Payroll"),
    "not in brackets": excluding("[!x]*", "[!x] demo", "Payroll"),
    "a question mark": excluding("Who?", "Who?", "Whom", "Whoa"),
    "question marks": excluding("??*", "?? unknown", "Payroll"),
    "a star alone": excluding("Pay*", "Payroll", "Salesforce sync"),
    "a star in brackets": excluding("[*]", "[any]", "Payroll", "*"),
}


def claiming(pattern: str, own: str, other: str) -> Situation:
    """A claim takes its own credential; the other one stays unclaimed."""
    mine = secret(own, SOON)
    return Situation(
        [libapps(mine, LIBSTAFFER, secret(other, SOON))],
        Expected(notified=[("its", "libcal"), ("its", other)], in_use={"libcal": mine.key_id}),
        claim=pattern,
        checks=("2027-05-19",),
    )


CLAIMED = {
    "brackets": claiming("[prod] LibCal*", "[prod] LibCal 2025", "p LibCal test"),
    "a question mark": claiming("LibCal?", "LibCal?", "LibCal2"),
    "not in brackets": claiming("LibCal [!2]", "LibCal [!2]", "LibCal 3"),
}

LEAVER, ANN = Owner("a0", "Lea", "leaver@example.org"), Owner("a1", "Ann", "ann@example.org")
PIPELINE = Owner("a2", "pipeline", None, "#microsoft.graph.servicePrincipal")


def owned(*owners: Owner, **more: object) -> Situation:
    """An app of the tenant with these owners expires. Lea has left."""
    payroll = app("payroll-sync", secret("payroll", SOON), owners=owners)
    plain = Situation(
        [HEALTHY, payroll],
        Expected(notified=[("its", "payroll-sync")]),
        checks=TO_THE_END,
        tenant=WHOLE_TENANT,
        instead=with_owners_disabled("Lea"),
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # fields of the value


TO_ANN, TO_LEA = ("owner:a1", "payroll-sync"), ("owner:a0", "payroll-sync")
EARLY = TO_THE_END[:3]
"""More than seven days before the end."""
OWNERS = {
    "the only owner has left": owned(LEAVER),
    "that is known a month before": owned(LEAVER, checks=("2027-04-19", "2027-05-19")),
    "the owner is deleted": owned(),
    "the owner has no address": owned(replace(ANN, mail=None)),
    "the owner is an app": owned(PIPELINE),
    "both owners have left": owned(
        LEAVER, replace(LEAVER, object_id="a3", mail="other@example.org")
    ),
    "one of two has left": owned(
        LEAVER, ANN, checks=EARLY, expect=Expected(notified=[TO_ANN], not_notified=[TO_LEA])
    ),
    "others are notified within seven days": owned(
        ANN, expect=Expected(notified=[TO_ANN, ("its", "payroll-sync")])
    ),
    "others are spared before": owned(
        ANN,
        checks=EARLY,
        expect=Expected(notified=[TO_ANN], not_notified=[("its", "payroll-sync")]),
    ),
}

DELETED = ("its", "LibApps Outlook sync")


def without_principal(*, checks: tuple[str, ...], apps: Callable[[datetime], Apps]) -> Situation:
    """Nobody can sign in to the watched app: one problem of its own, notified to its renewer."""
    return Situation(apps, Expected(notified=[DELETED], problems=1), checks=checks)


NO_PRINCIPAL = replace(HEALTHY, service_principal=None)
NO_SIGN_IN = {
    "no service principal": without_principal(
        checks=("2027-03-10",), apps=lambda _: [NO_PRINCIPAL]
    ),
    "it is deleted later": without_principal(
        checks=("2027-03-10", "2027-03-11"),
        apps=lambda now: [HEALTHY if now.day == 10 else NO_PRINCIPAL],
    ),
    "it is disabled": without_principal(
        checks=("2027-03-10",),
        apps=lambda _: [replace(HEALTHY, service_principal=ServicePrincipal("sp", enabled=False))],
    ),
    "LibCal expires at the same time": without_principal(
        checks=("2027-05-19",), apps=lambda _: [replace(EXPIRING, service_principal=None)]
    ),
}

THUMBPRINT = sha1(b"signs").hexdigest().upper()
OTHER = sha1(b"does not sign").hexdigest().upper()


def hashed(thumbprint: str) -> str:
    """Return an identifier as Microsoft's guide for custom signing keys makes it."""
    return b64encode(sha256(thumbprint.encode()).digest()).decode()


def raw(thumbprint: str) -> str:
    """Return an identifier as the portal makes it."""
    return b64encode(bytes.fromhex(thumbprint)).decode()


def signing(*certificates: Certificate, signs_with: str | None = THUMBPRINT) -> Apps:
    """Return an enterprise application with these certificates."""
    principal = ServicePrincipal(
        guid("sso"), certificates=certificates, signs_with=signs_with, secrets=()
    )
    return [HEALTHY, app("Single sign-on", service_principal=principal)]


def pair(identifier: Callable[[str], str], ends: str, later: str) -> tuple[Certificate, ...]:
    """Return the certificate that signs, and a newer one of the same name that does not."""
    return (
        certificate(
            "CN=sso", ends, key_id=guid("signs"), custom_key_identifier=identifier(THUMBPRINT)
        ),
        certificate(
            "CN=sso",
            later,
            key_id=guid("other"),
            custom_key_identifier=identifier(OTHER),
            starts="2027-05-01T00:00:00Z",
        ),
    )


SSO = ("its", "Single sign-on")
SIGNED = Situation(
    (),
    Expected(notified=[SSO]),
    tenant=f"{TENANT}service_principals = true\n",
    checks=TO_THE_END[:4],
)
SAML = {
    "its identifier is SHA-256": replace(SIGNED, graph=signing(*pair(hashed, SOON, FAR))),
    "its identifier is its thumbprint": replace(SIGNED, graph=signing(*pair(raw, SOON, FAR))),
    "in hex": replace(SIGNED, graph=signing(*pair(str.lower, SOON, FAR))),
    "its identifier is unknown": replace(
        SIGNED, graph=signing(*pair(lambda value: hashed(value[::-1]), SOON, FAR))
    ),
    "which one signs is not known": replace(
        SIGNED, graph=signing(*pair(raw, SOON, FAR), signs_with=None)
    ),
    "the newer one signs": replace(
        SIGNED,
        graph=signing(*pair(hashed, SOON, FAR), signs_with=OTHER),
        expect=Expected(not_notified=[SSO]),
    ),
}


def rotated(lasts: int, every: int, stops: str = "2099-01-01") -> Callable[[datetime], Apps]:
    """A pipeline makes a secret each `every` days, which `lasts` days, and deletes the last one."""

    def apps(now: datetime) -> Apps:
        end = min(now, datetime.fromisoformat(f"{stops}T14:05:00Z"))
        first = datetime.fromisoformat("2027-03-01T12:00:00Z")
        made = first + timedelta(days=(end - first).days // every * every)
        newest = secret(
            "rotated by pipeline",
            stamp(made + timedelta(days=lasts)),
            key_id=guid(made.isoformat()),
            starts=stamp(made),
        )
        return [HEALTHY, app("ci-deployer", newest)]

    return apps


DEPLOYER = ("its", "ci-deployer")
DAYS = [f"2027-03-{day:02}" for day in range(1, 13)]
QUIET = Situation((), Expected(at_most_once=[DEPLOYER]), tenant=TENANT, checks=DAYS[:5])
ROTATED = {
    "ten days, each day": replace(QUIET, graph=rotated(10, 1)),
    "twenty days, each third day": replace(QUIET, graph=rotated(20, 3), checks=DAYS[:7]),
    "two days, each day": replace(QUIET, graph=rotated(2, 1)),
    "ten days, until it stops": replace(
        QUIET,
        graph=rotated(10, 1, stops="2027-03-02"),
        checks=[*DAYS[:2], DAYS[6], DAYS[10]],
        expect=Expected(notified=[DEPLOYER]),
    ),
}

ROWS: dict[str, Situation] = {
    f"{kind}: {name}": row
    for kind, rows in {
        "exclusion": EXCLUDED,
        "claim": CLAIMED,
        "owners": OWNERS,
        "sign-in": NO_SIGN_IN,
        "signing": SAML,
        "rotation": ROTATED,
        "plain": {"LibCal expires": Situation([EXPIRING], Expected(notified=[("its", "libcal")]))},
    }.items()
    for name, row in rows.items()
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_situation(field: Field, row: Situation) -> None:
    field.play(row).shows(row.expect)
