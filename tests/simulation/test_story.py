"""docs/story.txt is the output of `make story`."""

import runpy
from pathlib import Path

import pytest

STORY = Path(__file__).parents[2] / "docs" / "story.txt"


def test_the_story_in_docs_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    """To update it: `make --silent story > docs/story.txt`."""
    runpy.run_module("local.simulation.story", run_name="__main__")
    assert capsys.readouterr().out.splitlines() == STORY.read_text(encoding="utf-8").splitlines()


def test_the_story_is_short() -> None:
    lines = STORY.read_text(encoding="utf-8").splitlines()
    assert 60 <= len(lines) <= 100
    assert max(map(len, lines)) <= 135
