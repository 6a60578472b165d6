"""Runs the conformance table against a real host: `make host-conformance`.

    python -m tests.conformance [--url URL --key KEY --master-key KEY] [--local] [--json]

Exit status: 0 each row holds, 1 a row differs, 2 wrong use, 3 not run, as there is no host.
"""

import argparse
import contextlib
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from local.azurite import Azurite
from tests.conformance.hosts import Host, LocalHost, at_url, core_tools
from tests.conformance.runner import Result, run
from tests.conformance.table import rows

NOT_RUN = 3
NO_HOST = (
    "Not run: there is no real host here. Install Azure Functions Core Tools, so that `func` is on "
    "PATH, or name a host that runs tests/conformance/app: "
    "make host-conformance URL=http://HOST KEY=FUNCTION-KEY MASTER_KEY=MASTER-KEY"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the table. Return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.conformance",
        description="Runs the conformance table against a Functions host.",
    )
    parser.add_argument("--url", default="", help="a host that runs tests/conformance/app")
    parser.add_argument("--key", default="", help="its function key")
    parser.add_argument("--master-key", default="", help="its master key")
    parser.add_argument("--local", action="store_true", help="ask the local host")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="rows whose section or name contains this"
    )
    given = parser.parse_args(arguments)
    host = _host(given)
    if host is None:
        print(NO_HOST, file=sys.stderr)  # noqa: T201  (for the person who runs it)
        return NOT_RUN
    wanted = [row for row in rows() if given.only.lower() in str(row).lower()]
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        storage = ""
        if host.starts_apps:
            everything = Azurite(services=("table", "blob", "queue"))
            storage = stack.enter_context(everything).tables
        results = list(run(host, wanted, folder, storage))
    print(_document(host, results) if given.json else _report(host, results))  # noqa: T201  (the same)
    return int(any(result.difference for result in results))


def _host(given: argparse.Namespace) -> Host | None:
    if given.url:
        return at_url(given.url, given.key, given.master_key)
    return LocalHost() if given.local else core_tools()


def _report(host: Host, results: Sequence[Result]) -> str:
    differ = [result for result in results if result.difference]
    out = Counter(result.left_out for result in results if result.left_out)
    held = len(results) - len(differ) - out.total()
    lines = [f"{result.row}: {result.difference}" for result in differ]
    lines += [
        f"left out, {why}: " + ", ".join(str(each.row) for each in results if each.left_out == why)
        for why in out
    ]
    return "\n".join(
        [*lines, f"{host.name}: {held} rows hold, {len(differ)} differ, {out.total()} left out"]
    )


def _document(host: Host, results: Sequence[Result]) -> str:
    rows = [
        {
            "section": result.row.section,
            "name": result.row.name,
            "outcome": _outcome(result),
            "why": result.difference or result.left_out,
        }
        for result in results
    ]
    return json.dumps({"host": host.name, "rows": rows}, indent=2)


def _outcome(result: Result) -> str:
    if result.left_out:
        return "left out"
    return "differs" if result.difference else "holds"


if __name__ == "__main__":
    sys.exit(main())
