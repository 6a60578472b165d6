"""Settings from `local.settings.json`, as Azure Functions Core Tools read them."""

import json
import os
from pathlib import Path

from shared.config.problems import ConfigProblem, Misconfigured

ROOT = Path(__file__).resolve().parents[2]
"""The folder of `host.json`: the root of the app, in Azure and in a checkout."""


def use_local_settings(root: Path = ROOT) -> None:
    """Add the settings of the file to the environment, except those that it has already.

    In Azure there is no such file. Raises `Misconfigured` if the file cannot be read.
    """
    file = root / "local.settings.json"
    if not file.exists():
        return
    try:
        values = dict(json.loads(file.read_text(encoding="utf-8-sig")).get("Values", {}).items())
    except (OSError, ValueError, AttributeError):
        expected = 'JSON with an object "Values", as in local.settings.example.json'
        raise Misconfigured((ConfigProblem(file.name, "something else", expected),)) from None
    for name, value in values.items():
        try:
            os.environ.setdefault(name, str(value))
        except (ValueError, OSError):  # not chained: the error's text may contain the value
            where = f"{file.name}: Values.{name}"
            expected = "a name without = and a value without a zero byte"
            problem = ConfigProblem(where, "not allowed in an environment", expected)
            raise Misconfigured((problem,)) from None
