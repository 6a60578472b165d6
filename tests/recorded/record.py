"""Record `ledger_3fa8a6c.json`: sixteen days of the code at commit 3fa8a6c.

It ran with Azurite and the stand-in tenant:

    git worktree add ../old 3fa8a6c; cp -r tests/recorded ../old/tests/; cd ../old
    python -m tests.recorded.record

It is the ledger of a deployed app: newer code has to read it, judge it alike and send the same. If
a test of it fails, fix the code; do not record again.
"""

import os
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from local.azurite import Azurite
from local.stand_in.tenant import Tenant
from shared.core.model.decision import Person
from shared.core.results import CheckResult
from shared.usecases import decisions
from shared.usecases.check import Watch
from shared.usecases.decisions import Done
from tests.recorded.replay import (
    RECORDED,
    ROLES,
    SIGN_IN,
    WATCHLIST,
    Json,
    checked,
    dumped,
    environment,
    fill,
    looked_at,
    program,
    put,
    restore,
    rows,
)

START = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
"""A Monday, nine in the morning in Chicago."""
LAST_DAY = 15
NOW, TOMORROW, LATER = (
    "2026-11-17T18:30:00+00:00",
    "2026-11-18T15:00:00+00:00",
    "2026-12-15T15:00:00+00:00",
)
UNTIL = "2027-01-15"
ANN = Person("00000000-0000-4000-8000-0000000000a1", "Ann Example")
LAPTOP = Person("", "dana")

GONE_CHANNEL = """
[channels.old]
kind = "teams"
url = "env:OLD_WEBHOOK"
"""
GONE_SERVICE = """
[[apps.services]]
name = "LibWizard"
breaks = "Forms cannot be sent."
claims = { name = "LibWizard*" }
renewer = ["old"]
installer = ["staff"]
"""


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def credential(
    number: int,
    name: str | None,
    ends: str | None,
    starts: str = "2025-01-10",
    hint: str | None = "q7X",
) -> Json:
    """A secret, unless there is no hint: then a certificate."""
    made = {
        "key_id": guid(number),
        "name": name,
        "starts": f"{starts}T09:00:00Z",
        "ends": ends and f"{ends}T18:15:00.1234567Z",
    }
    return made | ({"hint": hint} if hint else {})


def owner(number: int, name: str, mail: str | None) -> Json:
    return {"object_id": guid(number), "name": name, "mail": mail}


def app(number: int, name: str, *secrets: Json, **more: Any) -> Json:  # noqa: ANN401  (as `PUT /control/apps` takes it)
    return {
        "client_id": guid(number),
        "object_id": guid(500 + number),
        "name": name,
        "secrets": list(secrets),
        **more,
    }


APPS = [
    app(
        1,
        "LibApps Outlook sync",
        credential(1001, "LibCal 2025", "2026-12-14"),
        credential(1002, "LibStaffer 2025", "2026-12-28"),
        credential(1003, "Printing 2025", "2026-12-02"),
        credential(1004, "LibWizard 2025", "2026-12-20"),
        credential(1005, "calendar thing", "2026-12-20", "2024-05-01", "c4L"),
        credential(1006, "lab «Ünï»", "2026-11-22"),
        credential(1007, None, "2026-11-24"),
        redirect_uris=["https://library.example/callback"],
        service_principal={"object_id": guid(901)},
    ),
    app(2, "Kiosk", credential(1010, "Kiosk", "2027-06-01")),
    app(
        3,
        "Events",
        credential(1011, "Events", None),
        redirect_uris=["https://events.example/callback"],
        service_principal={
            "object_id": guid(903),
            "certificates": [credential(1014, "Events SSO", "2027-03-01", hint=None)],
        },
    ),
    app(4, "Archive", credential(1012, "anything", "2026-12-30", hint="arc")),
    app(
        10,
        "Signage",
        credential(1020, "screen", "2026-11-14"),
        owners=[owner(801, "Ann Example", "ann@example.org")],
    ),
    app(11, "Screens", credential(1021, "", "2026-11-26")),
    app(
        12,
        "Doors",
        certificates=[credential(1022, "CN=doors", "2026-11-30", hint=None)],
        owners=[owner(802, "Bob Example", None)],
    ),
    app(
        13,
        "Wiki",
        credential(1023, "wiki", "2026-11-20"),
        owners=[owner(801, "Ann Example", "ann@example.org")],
    ),
    app(14, "Short", credential(1024, "short", "2026-11-29")),
    app(15, "Test of mine", credential(1025, "left out", "2026-11-10")),
    app(16, "Proxy", credential(1026, "CWAP_AuthSecret", "2026-11-10")),
    app(
        17,
        "Payroll",
        service_principal={
            "object_id": guid(917),
            "certificates": [credential(1027, "CN=payroll", "2026-12-01", hint=None)],
            "owners": [owner(803, "Cy Example", "cy@example.org")],
        },
    ),
    app(
        18,
        "Bulk",
        *(credential(2000 + number, f"bulk {number}", "2029-01-01") for number in range(40)),
    ),
]


@dataclass
class World:
    """The tenant on each day. Change its apps in place; `fill` sends them to the stand-in."""

    tenant: Tenant
    apps: list[Json] = field(default_factory=lambda: deepcopy(APPS))

    def app(self, number: int) -> Json:
        """Return the app with this number."""
        return next(each for each in self.apps if each["client_id"] == guid(number))


USED = {
    2: {guid(1003): "2026-11-03T20:00:00Z"},
    6: {guid(1013): "2026-11-07T20:00:00Z"},
    8: {guid(1013): "2026-11-09T20:00:00Z", guid(1008): "2026-11-09T21:00:00Z"},
}
"""What the usage report first shows on a day."""


def day(number: int, hours: int = 0) -> str:
    """Return the instant of the check of a day (UTC), or some hours later."""
    return (START + timedelta(days=number, hours=hours)).isoformat()


def morning(world: World, number: int) -> None:
    """Change the tenant before the check of a day."""
    secrets: list[Json] = world.app(1)["secrets"]
    match number:
        case 4:
            secrets.insert(0, credential(1013, "Printing 2026", "2028-11-05", "2026-11-05", "p9T"))
            secrets.insert(0, credential(1008, "LibCal 2026", "2028-11-06", "2026-11-06", "n2W"))
        case 9:
            put(world.tenant, "faults", [{"match": "/v1.0/applications$", "status": 403}], "POST")
        case 10:
            world.app(2).update(
                disabled=True,
                disabled_by_microsoft="DisabledDueToViolationOfServicesAgreement",
                service_principal={"object_id": guid(902), "enabled": False},
            )
            world.app(3)["redirect_uris"] = []
            world.apps.remove(world.app(4))
        case 12:
            world.apps.remove(world.app(14))
            secrets[:] = [each for each in secrets if each["key_id"] != guid(1007)]
        case 13:
            put(
                world.tenant,
                "faults",
                [{"match": "/teams/its", "times": None, "status": 400}],
                "POST",
            )
        case 14:
            world.apps.remove(world.app(18))
    fill(world.tenant, world.apps, USED.get(number, {}))


def decide(watch: Watch, number: int) -> Iterator[Done]:
    """Yield the decisions of people in the afternoon of a day."""
    match number:
        case 1:
            yield decisions.acknowledge(
                watch, "libcal", date(2026, 11, 20), "ticket 4711 — «Löwe»", by=LAPTOP
            )
        case 2:
            yield decisions.acknowledge(
                watch, "libstaffer", date(2026, 12, 10), "ITS is on it", by=ANN
            )
        case 3:
            yield decisions.claim(watch, guid(1005), ["libstaffer", "libcal"], by=ANN)
            yield decisions.claim(watch, guid(1007), [], by=LAPTOP)
        case 5:
            yield decisions.confirm(watch, "libcal", guid(1008), by=ANN)
        case 6:
            yield decisions.confirm(watch, "libcal", guid(1001), by=LAPTOP)  # which undoes it
        case 7:
            yield decisions.confirm(watch, "libcal", guid(1008), by=ANN)


def live(world: World, tables: str, folder: Path) -> None:
    """Run the days, each with a check and the decisions of people.

    On day 11 a service and a channel are removed from the watchlist.
    """
    plain = WATCHLIST.read_text("utf-8")
    kiosk = '\n[[apps]]\nname = "Kiosk"'
    fuller = plain.replace("\n[tenant]", f"{GONE_CHANNEL}\n[tenant]").replace(
        kiosk, GONE_SERVICE + kiosk
    )
    file = folder / "watchlist.toml"
    for number in range(LAST_DAY + 1):
        file.write_text(fuller if number < 11 else plain, encoding="utf-8")
        settings = environment(world.tenant, tables, file)
        morning(world, number)
        with program(settings, day(number)) as watch:
            show(number, watch.check())
        with program(settings, day(number, hours=5)) as watch:
            for done in decide(watch, number):
                show(number, done.check)


def show(number: int, result: CheckResult) -> None:
    """Print what a check sent, for the person who makes a recording."""
    said = [
        f"{each.message.channel} {notice.view.item} {notice.reason}"
        for each in result.deliveries
        for notice in each.message.notices
    ]
    print(number, result.outcome, *said, sep="\n    ")  # noqa: T201  (the output of a command)


def change(world: World) -> None:
    """Change much in the tenant."""
    libapps = world.app(1)
    kept = [
        each
        for each in libapps["secrets"]
        if each["key_id"] not in {guid(1001), guid(1006), guid(1013)}
    ]
    libapps["secrets"] = [
        credential(1009, "LibStaffer 2026", "2028-11-18", "2026-11-18", "s5K"),
        *kept,
    ]
    world.app(2).update(
        disabled=None, disabled_by_microsoft=None, service_principal={"object_id": guid(902)}
    )
    world.app(3)["redirect_uris"] = ["https://events.example/callback"]
    world.app(11)["secrets"] = [credential(1031, "", "2028-11-26")]
    visitors = app(19, "Visitors", certificates=[credential(1030, "CN=v", "2026-11-23", hint=None)])
    world.apps += [APPS[3], visitors | {"owners": [owner(801, "Ann Example", "ann@example.org")]}]


def main() -> None:
    """Run the days and write the recording."""
    with TemporaryDirectory() as folder, Azurite() as azurite, Tenant([], now=START) as tenant:
        os.environ.update({name: tenant.environment[name] for name in SIGN_IN})
        put(tenant, "roles", ROLES)
        world, settings = World(tenant), environment(tenant, azurite.tables)
        live(world, azurite.tables, Path(folder))
        put(tenant, "faults", None, "DELETE")
        recorded = [*rows(azurite.tables).values()]
        looked = {"now": NOW, "until": UNTIL, "expected": looked_at(settings, NOW, UNTIL)}
        checks: Json = {}

        def check(name: str, now: str, used: Mapping[str, str]) -> None:
            fill(tenant, world.apps, used)
            restore(azurite.tables, recorded)
            checks[name] = {
                "now": now,
                "apps": deepcopy(world.apps),
                "used": used,
                "expected": checked(tenant, settings, now),
            }

        check("the day after, nothing has changed", TOMORROW, {})
        check("four weeks later, nothing has changed", LATER, {})
        change(world)
        check("the day after, much has changed", TOMORROW, {guid(1008): "2026-11-17T21:00:00Z"})
    about = (
        "A ledger as the code at 3fa8a6c wrote it, and what that code then read, sent and wrote; "
        "made by record.py."
    )
    RECORDED.write_text(
        dumped({"about": about, "rows": recorded, "looked_at": looked, "checks": checks}) + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
