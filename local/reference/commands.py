"""The commands, their arguments and options, from their own help."""

from collections.abc import Mapping
from typing import Any

from typer.main import get_command

from local.reference.markdown import code, table
from shared.__main__ import app
from shared.cli.commands import ABOUT


def overview() -> str:
    """Return a table of the commands, each with a link to its part of the page."""
    rows = ((f"[{code(name)}](#{name})", _sentences(about.text)) for name, about in ABOUT.items())
    return table(("command", "does"), rows)


def arguments() -> str:
    """Return a part for each command: how it is written, and a table of what it takes."""
    commands: Mapping[str, Any] = get_command(app).commands  # type: ignore[attr-defined]  # a group, as it has several commands
    return "\n".join(_part(name, commands[name].params) for name in ABOUT)


def _part(name: str, parameters: list[Any]) -> str:
    positional = [each for each in parameters if each.param_type_name == "argument"]
    usage = " ".join([name, *(_called(each) for each in positional)])
    rows = [(code(_called(each)), each.help or "", _default(each)) for each in parameters]
    head = ("argument or option", "meaning", "default")
    return f"### {name}\n\n`.venv/bin/python -m shared {usage}`\n\n{table(head, rows)}"


def _called(parameter: Any) -> str:  # noqa: ANN401  (typer names no public type)
    """Return how a parameter is written."""
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name.upper())
    value = "" if parameter.is_flag else f" {parameter.metavar}"
    return f"{parameter.opts[0]}{value}"


def _default(parameter: Any) -> str:  # noqa: ANN401  (as above)
    if parameter.required:
        return "required"
    if isinstance(parameter.show_default, str):
        return parameter.show_default
    default = parameter.default
    return code(str(default)) if default and not parameter.is_flag else ""


def _sentences(text: str) -> str:
    return " ".join(text.split())
