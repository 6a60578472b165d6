"""Every command on a console that lacks letters, with names that would act on a terminal."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from local.stand_in.stories import LIBAPPS_CLIENT_ID
from tests.e2e.conftest import ROOT, Lapsewatch
from tests.support.hostile import unseen

EVIL = "Łódź \x1b[31m\x1b]8;;https://evil.example\x07 \u202egpj.exe\u2066 \u200b\x9b2J\r\n— ㅤ"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
UNTIL = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
COMMANDS: Mapping[tuple[str, ...], int] = {
    ("check", "--dry-run"): 0,
    ("check",): 0,
    ("tick",): 0,
    ("status",): 0,
    ("status", "--csv"): 0,
    ("status", "--json"): 0,
    ("forecast",): 0,
    ("doctor", "--send-test"): 0,
    ("discover", "--client-id", LIBAPPS_CLIENT_ID): 0,
    ("confirm", "libcal", "--key-id", "KEY", "--by", EVIL): 0,
    ("acknowledge", "libcal", "--until", UNTIL, "--why", EVIL, "--by", EVIL): 0,
    ("claim", "KEY", "libcal", "libstaffer", "--by", EVIL): 0,
    ("--help",): 0,
    ("status", "--help"): 0,
}
"""The exit status of each. KEY is the key id of a secret."""
REFUSED: Mapping[tuple[str, ...], int] = {
    ("confirm", "libcal", "--key-id", "KEY", "--by", EVIL): 0,
    ("discover", "--client-id", UNKNOWN): 1,
    ("confirm", "libcal", "--key-id", UNKNOWN, "--by", EVIL): 1,
    ("confirm", "LibCal", "--key-id", "KEY", "--by", "Anna"): 1,
    ("confirm", EVIL, "--key-id", "KEY", "--by", "Anna"): 1,
    ("acknowledge", "libcal", "--until", "2020-01-01", "--why", "x", "--by", EVIL): 1,
    ("acknowledge", EVIL, "--until", UNTIL, "--why", "x", "--by", "Anna"): 1,
    ("acknowledge", "libcal", "--until", EVIL, "--why", "x", "--by", "Anna"): 2,
    ("acknowledge", "libcal", "--until", UNTIL, "--why", "ㅤ", "--by", "Anna"): 1,
    ("claim", UNKNOWN, "libcal", "--by", EVIL): 1,
    ("claim", "KEY", EVIL, "--by", "Anna"): 1,
    ("status", "--tenant", EVIL): 2,
    ("forecast", "--svg", f"/nowhere/{EVIL.replace('/', '')}"): 2,
    ("confirm", "libcal", "--key-id", "KEY", "--by", "\u2800\u3164\u0301"): 2,
    ("check", f"--{EVIL}"): 2,
    (EVIL,): 2,
}


@pytest.fixture
def hostile(lapsewatch: Lapsewatch) -> Lapsewatch:
    """Return the program beside a tenant whose names are hostile."""
    app = lapsewatch.tenant.directory.app(LIBAPPS_CLIENT_ID)
    secrets = tuple(
        replace(each, name=f"{(each.name or '').split(' ', maxsplit=1)[0]} {EVIL}")
        for each in app.secrets
    )
    lapsewatch.tenant.directory.replace([replace(app, name=f"LibApps {EVIL}", secrets=secrets)])
    return lapsewatch


@pytest.mark.parametrize(
    ("encoding", "commands"),
    [("utf-8", COMMANDS), ("utf-8", REFUSED), ("ascii", COMMANDS)],
    ids=["utf-8", "refused", "ascii"],
)
def test_each_command_ends_as_it_should_on_any_console(
    hostile: Lapsewatch, encoding: str, commands: Mapping[tuple[str, ...], int]
) -> None:
    hostile.settings = {"PYTHONIOENCODING": encoding}
    key = next(each.key_id for each in hostile.tenant.directory.app(LIBAPPS_CLIENT_ID).secrets)
    for command, status in commands.items():
        ran = hostile(*(key if word == "KEY" else word for word in command))
        assert ran.status == status, command
        assert "Traceback" not in ran.err
        assert unseen(ran.out.removeprefix("\ufeff") + ran.err) == [], command
        assert ran.out or ran.err


def test_mistakes_in_the_settings_are_plain_text(hostile: Lapsewatch) -> None:
    hostile.settings = {"LAPSEWATCH_WATCHLIST": EVIL.replace("/", ""), "AZURE_CLIENT_ID": EVIL}
    ran = hostile("status")
    assert (ran.status, ran.out) == (2, "")
    assert unseen(ran.err) == []


def python(lapsewatch: Lapsewatch, *arguments: str, encoding: str) -> subprocess.Popen[bytes]:
    """Start a command as a person does, in a Python of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "shared", *arguments],
        cwd=ROOT,
        env={**lapsewatch.environment, "PYTHONIOENCODING": encoding},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_a_letter_that_is_lacking_becomes_a_question_mark(hostile: Lapsewatch) -> None:
    assert hostile("check").status == 0
    with python(hostile, "status", encoding="cp1252") as process:
        out, err = process.communicate(timeout=100)
    assert (process.returncode, err) == (0, b"")
    assert "LibCal ?ód?" in out.decode("cp1252")


def test_a_reader_that_ends_early_is_not_an_error(hostile: Lapsewatch) -> None:
    with python(hostile, "check", encoding="utf-8") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
        assert (process.wait(timeout=100), err) == (0, b"")
    assert len(hostile.cards()) == 1


def test_a_closed_output_is_not_an_error(hostile: Lapsewatch) -> None:
    ran = subprocess.run(
        ["/bin/sh", "-c", f"exec {sys.executable} -m shared status >&- 2>&-"],
        cwd=ROOT,
        env=dict(os.environ) | dict(hostile.environment),
        timeout=100,
        check=False,
    )
    assert ran.returncode == 0
