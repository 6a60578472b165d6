"""The command line shows names that people know, and commands that can be copied."""

from io import StringIO

import pytest
from rich.console import Console

from local.simulation.build import at, secret, service, watchlist
from local.simulation.world import World
from shared.cli import console as show
from shared.cli.findings import show_findings
from shared.usecases.doctor.finding import Finding

ODD = Finding("a", ok=None, text="odd", informational=True)


def printed(world: World) -> str:
    out = StringIO()
    show.status(Console(file=out, width=400), world.watch.status(), world.watched)
    return out.getvalue()


def test_a_snooze_is_shown_with_its_reason() -> None:
    world = World(watched=watchlist(service("LibCal", id="calendar")), now=at("2026-11-22T14:00Z"))
    world.tenant.put(secret("cal24", "LibCal 2024", ends="2026-12-13T09:15Z"))
    world.check()
    world.acknowledge("calendar", "2026-12-01", "ordered from ITS")
    assert "LibCal: snoozed by Anna Example until 1 Dec 2026: “ordered from ITS”" in printed(world)


def test_a_status_is_in_the_words_of_the_page() -> None:
    world = World(
        watched=watchlist(service("LibCal"), service("LibStaffer")), now=at("2026-11-22T14:00Z")
    )
    world.tenant.put(
        secret("k1", "LibCal 2024", ends="2026-12-13T09:15Z"),
        secret("k2", "LibStaffer 2024", ends="2027-02-13T09:15Z"),
    )
    world.check()
    rows = [line.split("  ") for line in printed(world).splitlines()[1:3]]
    assert {row[0]: [cell.strip() for cell in row if cell][1] for row in rows} == {
        "LibCal": "Due soon",
        "LibStaffer": "Due on 13 Feb 2027",
    }


def test_commands_to_copy_describe_each_secret() -> None:
    world = World(watched=watchlist(service("LibCal")), now=at("2026-11-22T14:00Z"))
    world.tenant.put(
        secret("cal24", "LibCal 2024", ends="2026-12-13T09:15Z"),
        secret(
            "cal26", "LibCal 2026", starts="2026-11-20T17:00Z", ends="2028-11-20T17:00Z", hint="r2B"
        ),
        secret("later", "", ends="2027-01-04T18:00Z", hint="ddd"),
        secret("sooner", "test", ends="2026-11-25T18:00Z", hint="eee"),
    )
    world.check()
    said = [line.strip() for line in printed(world).splitlines() if "python -m shared" in line]
    assert said == [
        (
            "if LibCal uses the secret “LibCal 2026” (begins with r2B, expires 20 Nov 2028): "
            "python -m shared confirm libcal --key-id cal26"
        ),
        (
            "if LibCal uses the secret “LibCal 2024” (begins with q7X, expires 13 Dec 2026): "
            "python -m shared confirm libcal --key-id cal24"
        ),
        (
            "assign the secret “test” (begins with eee, expires 25 Nov 2026): "
            "python -m shared claim sooner SERVICE... (or none)"
        ),
        (
            "assign the unnamed secret (begins with ddd, expires 4 Jan 2027): "
            "python -m shared claim later SERVICE... (or none)"
        ),
    ]


def test_unclaimed_secrets_are_sorted_by_urgency() -> None:
    world = World(watched=watchlist(service("LibCal")), now=at("2026-11-22T14:00Z"))
    world.tenant.put(
        secret("cal24", "LibCal 2024", ends="2027-12-13T09:15Z"),
        secret("a", "of spring", ends="2027-04-04T18:00Z", hint="ddd"),
        secret("b", "of this week", ends="2026-11-25T18:00Z", hint="eee"),
        secret("c", "of this month", ends="2026-12-15T18:00Z", hint="fff"),
    )
    world.check()
    said = [line for line in printed(world).splitlines() if line.startswith("Unassigned")]
    assert [line.split("“")[1].split("”")[0] for line in said] == [
        "of this week",
        "of this month",
        "of spring",
    ]


@pytest.mark.parametrize(
    ("found", "last"),
    [
        ([Finding("a", ok=True, text="")], "Nothing is missing."),
        (
            [Finding("a", ok=True, text=""), Finding("b", ok=None, text="skipped")],
            "Nothing is missing; 1 part was skipped.",
        ),
        (
            [
                Finding("a", ok=None, text="odd", informational=True),
                *[Finding("b", ok=None, text="")] * 2,
            ],
            "Nothing is missing; 2 parts were skipped.",
        ),
        ([Finding("a", ok=False, text="no")], "1 part is missing."),
        (
            [*[Finding("a", ok=False, text="no")] * 2, Finding("b", ok=None, text="")],
            "2 parts are missing; 1 part was skipped.",
        ),
    ],
)
def test_the_doctor_ends_with_a_summary(found: list[Finding], last: str) -> None:
    out = StringIO()
    assert show_findings(Console(file=out, width=200), found) == last.startswith("Nothing")
    assert out.getvalue().splitlines()[-1] == last
