"""Let azure-cli parse every command of `az` that people are asked to run.

    make az-check

installs azure-cli, in the version of the Makefile, into build/az-check/.venv. This prints a line
for each command that is not accepted, and ends with 1 if there is any. Nothing contacts Azure.
"""

import json
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from local.command_help import answer_help
from tests.infra.az_commands import Found, collect

PARSER = Path(__file__).with_name("az_parser.py")
MISSING = "are required"
"""In what azure-cli says if an option is missing, which prose may leave out."""


def problems(found: Iterable[Found], said: Iterable[str]) -> Iterator[str]:
    """Yield a line for each command that azure-cli does not accept."""
    for command, problem in zip(found, said, strict=True):
        if problem and not (command.in_prose and MISSING in problem):
            yield f"{command.where}: {problem}: az {shlex.join(command.words)}"


def main(python: str) -> int:
    """Collect, judge and report, with the Python that has azure-cli; return an exit status."""
    found = list(dict.fromkeys(collect()))
    judged = subprocess.run(
        [python, "-P", PARSER],
        input=json.dumps([command.words for command in found]),
        stdout=subprocess.PIPE,
        text=True,
        timeout=600,
        check=True,
    )
    lines = list(problems(found, json.loads(judged.stdout)))
    lines.append(f"{len(found)} commands of az, {len(lines)} not accepted.")
    print(*lines, sep="\n")  # noqa: T201  (a command)
    return int(len(lines) > 1)


if __name__ == "__main__":
    answer_help(__doc__)
    sys.exit(main(sys.argv[1]))
