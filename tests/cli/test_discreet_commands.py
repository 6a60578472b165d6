"""`hand-over` and `renew` repeat nothing of what was given: it may be the value of a secret."""

import pytest
from typer.testing import CliRunner

from local.simulation.build import CLIENT_ID
from shared.__main__ import app

VALUE = "canary-pasted~1.aB"
SETTINGS = {
    "LAPSEWATCH_TABLES": "UseDevelopmentStorage=true",
    "LAPSEWATCH_SCHEDULE": "0 5 * * * *",
    "LAPSEWATCH_GRAPH": "http://127.0.0.1:9",
    "LIBAPPS_CLIENT_ID": CLIENT_ID,
    "TEAMS_WEBHOOK_URL": "http://127.0.0.1:9/teams/its",
}
VAULT = {"LAPSEWATCH_HAND_OVER_VAULT": "https://127.0.0.1:9"}
WRONG = [
    ["hand-over", "libcal", VALUE],
    ["hand-over", "libcal", "--", VALUE],
    ["hand-over", "libcal", "--value", VALUE],
    ["hand-over", "libcal", f"--value={VALUE}"],
    ["hand-over", "libcal", f"--{VALUE}"],
    ["hand-over", "libcal", "-v", VALUE],
    ["hand-over", "libcal", f"-{VALUE}"],
    ["hand-over", "libcal", f"--json={VALUE}"],
    ["hand-over", "libcal", f"--withdraw={VALUE}"],
    ["hand-over", "--withdraw", "libcal", VALUE],
    ["hand-over", VALUE],
    ["hand-over", f"libcal={VALUE}"],
    ["hand-over", "libcal", "--tenant", VALUE],
    ["renew", "libcal", VALUE],
    ["renew", VALUE],
    ["renew", "libcal", "--dry-run", VALUE],
    ["renew", "libcal", "--months", VALUE],
    ["renew", "libcal", f"--months={VALUE}"],
    ["renew", "libcal", f"--{VALUE}"],
    ["renew", "libcal", f"-{VALUE}"],
    ["renew", "libcal", f"--again={VALUE}"],
    ["renew", "libcal", "--tenant", VALUE],
]


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in {**SETTINGS, **VAULT}.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.usefixtures("on")
@pytest.mark.parametrize("arguments", WRONG, ids=range(len(WRONG)))
def test_no_argument_is_repeated(arguments: list[str]) -> None:
    ran = CliRunner().invoke(app, arguments, input="canary-piped\n")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr
    for part in (VALUE, VALUE[:4], "canary"):
        assert part not in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.usefixtures("on")
@pytest.mark.parametrize("months", ["0", "121", "1.5", "-3", "", "٣", "1e2"])
def test_months_are_a_whole_number(months: str) -> None:
    ran = CliRunner().invoke(app, ["renew", "libcal", f"--months={months}"])
    assert ran.exit_code == 2
    assert "from 1 to 120" in ran.stderr


@pytest.mark.usefixtures("on")
@pytest.mark.parametrize("command", [["hand-over", "libcal"], ["renew", "libcal", "--dry-run"]])
def test_a_person_is_named(command: list[str]) -> None:
    ran = CliRunner().invoke(app, [*command, "--by", " "], input=f"{VALUE}\n")
    assert ran.exit_code == 2
    assert "--by Anna" in ran.stderr


@pytest.mark.usefixtures("on")
@pytest.mark.parametrize("command", [["hand-over", "nothing"], ["renew", "libcal", "nothing"]])
def test_an_unknown_service_ends_the_command_with_the_known_ones(command: list[str]) -> None:
    ran = CliRunner().invoke(app, command, input=f"{VALUE}\n")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "libcal, libstaffer" in ran.stderr


@pytest.mark.parametrize(
    "command", [["hand-over", "libcal"], ["hand-over", "libcal", "--withdraw"], ["renew", "libcal"]]
)
def test_off_is_said(on: pytest.MonkeyPatch, command: list[str]) -> None:
    on.delenv("LAPSEWATCH_HAND_OVER_VAULT")
    ran = CliRunner().invoke(app, command, input=f"{VALUE}\n")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "LAPSEWATCH_HAND_OVER_VAULT" in ran.stderr


@pytest.mark.usefixtures("on")
@pytest.mark.parametrize("data", [b"", b"\n", b"canary\nlines\n", b"\xff\xfe", b"x" * 2000])
def test_input_that_is_no_value_is_refused(data: bytes) -> None:
    ran = CliRunner().invoke(app, ["hand-over", "LibCal"], input=data)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "canary" not in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
