"""Parse commands with azure-cli itself, in a virtual environment of its own; none is run.

It reads a JSON list from standard input, each command a list of words without "az", and prints the
list of what azure-cli says against each; empty text if it accepts one.
"""

import contextlib
import io
import json
import os
import sys
import tempfile
from typing import NoReturn

os.environ |= {
    "AZURE_CORE_COLLECT_TELEMETRY": "no",
    "AZURE_EXTENSION_USE_DYNAMIC_INSTALL": "no",  # an unknown command is a mistake
}


class Parsed(Exception):
    """azure-cli has accepted a command. What follows would be its execution."""


def stop(*_: object, **__: object) -> NoReturn:
    """End before the command is run."""
    raise Parsed


def problem(words: list[str]) -> str:
    """Return what azure-cli says against a command."""
    from azure.cli.core import get_default_cli  # type: ignore[import-untyped]  # noqa: PLC0415  (only in its own environment, and after the settings above)
    from knack.events import EVENT_INVOKER_POST_PARSE_ARGS  # type: ignore[import-not-found]  # noqa: PLC0415  (the same)
    from knack.util import CLIError  # type: ignore[import-not-found]  # noqa: PLC0415  (the same)

    cli = get_default_cli()
    cli.register_event(EVENT_INVOKER_POST_PARSE_ARGS, stop)
    cli.invocation = cli.invocation_cls(
        cli_ctx=cli,
        parser_cls=cli.parser_cls,
        commands_loader_cls=cli.commands_loader_cls,
        help_cls=cli.help_cls,
    )
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            cli.invocation.execute(list(words))
    except Parsed:
        return unreadable_json(words)
    except CLIError as error:
        return str(error).partition("\n")[0]
    except SystemExit:
        return said.getvalue().partition("\n")[0]
    return "it ended before its arguments were parsed"


def unreadable_json(words: list[str]) -> str:
    """Return what is wrong with the JSON among the words, which azure-cli reads later."""
    for word in words:
        if word.startswith(("{", "[{")):
            try:
                json.loads(word)
            except ValueError as error:
                return f"its JSON cannot be read: {error}"
    return ""


def main() -> None:
    """Judge all commands of standard input."""
    with tempfile.TemporaryDirectory() as folder:  # no settings, sign-in or extension of a person
        os.environ["AZURE_CONFIG_DIR"] = folder
        json.dump([problem(words) for words in json.load(sys.stdin)], sys.stdout)


if __name__ == "__main__":
    main()
