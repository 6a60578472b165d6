"""The options of `acknowledge` as people mistype them: nothing is read, saved or taken back."""

import pytest
from typer.testing import CliRunner

from shared.__main__ import app

UNTIL, WHY, CANCEL = ("--until", "2026-12-01"), ("--why", "ordered"), ("--cancel",)


@pytest.mark.parametrize(
    "options",
    [(), UNTIL, WHY, CANCEL + UNTIL, CANCEL + WHY, CANCEL + UNTIL + WHY, (*UNTIL, "--why", "")],
    ids=" ".join,
)
def test_snooze_has_a_date_and_a_reason_or_is_taken_back(options: tuple[str, ...]) -> None:
    ran = CliRunner().invoke(app, ["acknowledge", "libcal", "--by", "Dana", *options])
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "Give either --until and --why, or only --cancel." in ran.stderr
