"""What the command line takes from `local.settings.json`: what the environment does not say, or a sentence."""

import os
from pathlib import Path

import pytest

from shared.bootstrap import use_local_settings
from shared.config.problems import Misconfigured


def test_the_file_fills_in_what_the_environment_does_not_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAPSEWATCH_DEADLINE", "5")
    monkeypatch.setenv("LAPSEWATCH_GRAPH", "to be undone after the test")
    monkeypatch.delenv("LAPSEWATCH_GRAPH")
    (tmp_path / "local.settings.json").write_text(
        '{"Values": {"LAPSEWATCH_DEADLINE": "9", "LAPSEWATCH_GRAPH": "http://127.0.0.1:1"}}'
    )
    use_local_settings(tmp_path)
    assert (os.environ["LAPSEWATCH_DEADLINE"], os.environ["LAPSEWATCH_GRAPH"]) == (
        "5",
        "http://127.0.0.1:1",
    )


def test_without_the_file_nothing_happens(tmp_path: Path) -> None:
    before = dict(os.environ)
    use_local_settings(tmp_path)
    assert dict(os.environ) == before


def test_a_mark_at_the_beginning_of_the_file_is_no_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAPSEWATCH_GRAPH", "to be undone after the test")
    monkeypatch.delenv("LAPSEWATCH_GRAPH")
    (tmp_path / "local.settings.json").write_text(
        '{"Values": {"LAPSEWATCH_GRAPH": "http://127.0.0.1:1"}}', "utf-8-sig"
    )
    use_local_settings(tmp_path)
    assert os.environ["LAPSEWATCH_GRAPH"] == "http://127.0.0.1:1"


@pytest.mark.parametrize(
    "values", ['{"A=B": "zzsecret"}', r'{"A": "zz\u0000secret"}', '{"": "zzsecret"}']
)
def test_what_no_environment_can_hold_is_a_sentence_without_the_value(
    tmp_path: Path, values: str
) -> None:
    (tmp_path / "local.settings.json").write_text('{"Values": ' + values + "}")
    with pytest.raises(
        Misconfigured, match=r"local\.settings\.json: Values\..* expected a name without"
    ) as raised:
        use_local_settings(tmp_path)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("text", ["{", "[]", '{"Values": []}'])
def test_a_file_of_another_shape_is_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "local.settings.json").write_text(text)
    with pytest.raises(
        Misconfigured, match=r"local\.settings\.json: .*expected JSON with an object"
    ):
        use_local_settings(tmp_path)
