"""The parameters of main.bicep: from azd's environment, and back into it."""

import json
import re

from local.bicep import INFRA
from shared.config.setting_rules import MAX_DEADLINE
from tests.support.snapshots import read

MAIN = (INFRA / "main.bicep").read_text(encoding="utf-8")
DECLARED = dict(re.findall(r"^param (\w+) \w+(?: = (.+))?$", MAIN, re.MULTILINE))
"""The default of each parameter as it is written; empty if there is none."""
MADE_BY_AZD = {"AZURE_ENV_NAME"}
"""A person chooses this name first; azd asks for it before it can restore anything."""


def from_azd() -> dict[str, tuple[str, str | None]]:
    """Return the variable that each parameter reads, and its default there."""
    given = json.loads((INFRA / "main.parameters.json").read_text(encoding="utf-8"))["parameters"]
    found = {}
    for name, entry in given.items():
        match = re.fullmatch(r"\$\{([A-Z_]+)(?:=(.*))?\}", entry["value"])
        assert match is not None, name
        found[name] = (match[1], match[2])
    return found


def set_by(form: str) -> dict[str, str]:
    """Return the parameters of a form as azd stores them: as text."""
    text = (INFRA / "snapshots" / f"{form}.bicepparam").read_text(encoding="utf-8")
    return {
        name: value.strip("'")
        for name, value in re.findall(r"^param (\w+) = (.+)$", text, re.MULTILINE)
    }


def test_azd_parameters_are_template_parameters_with_the_same_default() -> None:
    given = from_azd()
    assert set(given) <= set(DECLARED)
    assert {name for name, default in DECLARED.items() if not default} <= set(given)
    for name, (_, default) in given.items():
        if DECLARED[name]:
            assert default == DECLARED[name].strip("'"), name
        else:  # azd prompts for it, or it gets a text that no value has, and a hook prompts
            assert default in {None, "unset"}, name


def test_azd_env_refresh_restores_every_input() -> None:
    """Outputs are all that it restores. azd stores a Boolean in lower case (`Manager`, azd)."""
    outputs, chosen = read("everything-on").outputs, set_by("everything-on")
    for name, (variable, default) in from_azd().items():
        if variable not in MADE_BY_AZD:
            restored = outputs[variable]
            text = str(restored).lower() if isinstance(restored, bool) else restored
            assert text == chosen.get(name, default), name


def test_everything_on_sets_every_parameter_to_another_value() -> None:
    chosen = set_by("everything-on")
    same = {name for name, default in DECLARED.items() if chosen.get(name) == default.strip("'")}
    # only Azure knows who deploys, and a snapshot has one cloud
    assert set(DECLARED) - set(chosen) == {"deployerPrincipalId", "graphRoot"}
    assert same == set()


def test_a_plain_form_sets_only_what_has_no_default() -> None:
    required = {name for name, default in DECLARED.items() if not default}
    assert set(set_by("default")) == required | {"signInClientId"}  # the first hook creates it


def test_every_parameter_is_described() -> None:
    for path in (INFRA / "main.bicep", *(INFRA / "modules").glob("*.bicep")):
        text = path.read_text(encoding="utf-8")
        assert text.count("\n@description('") == text.count("\nparam "), path


def test_the_deadline_is_bounded_as_in_the_settings() -> None:
    decorators = MAIN.partition("param deadlineMinutes")[0].rpartition("\n\n")[2]
    assert f"@maxValue({MAX_DEADLINE})" in decorators


def test_no_module_comes_from_a_registry() -> None:
    for path in INFRA.rglob("*.bicep"):
        assert not re.search(r"'(br|ts)[:/]", path.read_text(encoding="utf-8")), path
