"""The settings that the command line reads from `local.settings.json`."""

import os
from pathlib import Path

import pytest

from shared.config.local_settings import use_local_settings
from shared.config.problems import Misconfigured


def test_environment_has_priority_over_the_file(
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


def test_missing_file_changes_nothing(tmp_path: Path) -> None:
    before = dict(os.environ)
    use_local_settings(tmp_path)
    assert dict(os.environ) == before


def test_byte_order_mark_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_invalid_variable_is_reported_without_its_value(tmp_path: Path, values: str) -> None:
    (tmp_path / "local.settings.json").write_text('{"Values": ' + values + "}")
    with pytest.raises(
        Misconfigured, match=r"local\.settings\.json: Values\..* expected a name without"
    ) as raised:
        use_local_settings(tmp_path)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("text", ["{", "[]", '{"Values": []}'])
def test_file_of_another_shape_is_reported(tmp_path: Path, text: str) -> None:
    (tmp_path / "local.settings.json").write_text(text)
    with pytest.raises(
        Misconfigured, match=r"local\.settings\.json: .*expected JSON with an object"
    ):
        use_local_settings(tmp_path)
