"""Every rule of docs/silence.md: no message while its proof is there, a message without it."""

import importlib
import re
from pathlib import Path
from typing import Protocol

import pytest

from tests.lifetime.silence_apps import APP_RULES
from tests.lifetime.silence_checks import CHECK_RULES
from tests.lifetime.silence_tenant import TENANT_RULES


class Scenario(Protocol):
    """Lets a rule act, and returns what people get."""

    def __call__(self, *, proof: bool) -> list[str]:
        """Act with or without what proves that silence is safe."""
        ...


ROW = re.compile(
    r"^\| `([a-z-]+)` \| [^|]+ \| `([a-z_/]+)\.py` `(\w+)` \| [^|]+ \|[^|]*\|$", re.MULTILINE
)
PAGE = (Path(__file__).parents[2] / "docs/silence.md").read_text("utf-8")
ROWS = {rule: (module.replace("/", "."), name) for rule, module, name in ROW.findall(PAGE)}
SCENARIOS: dict[str, Scenario] = {**TENANT_RULES, **APP_RULES, **CHECK_RULES}


def test_every_row_has_a_scenario_and_no_other_rule_has_one() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert len(ROWS) == len(rows), "a row that cannot be read"
    assert set(ROWS) == set(SCENARIOS)


@pytest.mark.parametrize("rule", ROWS)
def test_the_code_of_a_rule_is_where_the_page_says(rule: str) -> None:
    module, name = ROWS[rule]
    assert hasattr(importlib.import_module(f"shared.{module}"), name)


@pytest.mark.parametrize("rule", SCENARIOS)
def test_a_rule_is_silent_with_its_proof_only(rule: str) -> None:
    assert SCENARIOS[rule](proof=True) == []
    assert SCENARIOS[rule](proof=False) != []
