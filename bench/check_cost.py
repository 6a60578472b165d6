"""How much processor time a check of one app with two secrets takes, with everything that it tells, on libraries that are loaded.

The servers are processes of their own, so that only our side is counted: settings, token, Graph, judging, the ledger,
the card and its delivery. Every round begins with an empty ledger, so each one tells.
"""

import os
import shlex
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from azure.data.tables import TableServiceClient

from bench.results import Bound
from local.azurite import Azurite

ROUNDS = 5
NEEDED = (
    "LAPSEWATCH_GRAPH",
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "TEAMS_WEBHOOK_URL",
    "LIBAPPS_CLIENT_ID",
)
"""What a check is told by the tenant."""
MAX_SECONDS = 0.150
"""Seconds of processor time."""


def measure() -> list[Bound]:
    """Give the one bound: the median of some rounds after one that loads whatever the libraries load late."""
    with Azurite() as azurite, _tenant() as settings:
        environment = {**os.environ, **settings, "LAPSEWATCH_TABLES": azurite.tables}
        done = subprocess.run(
            [sys.executable, "-m", "bench.check_cost"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    seconds = statistics.median(float(line) for line in done.stdout.splitlines()[1:])
    return [
        Bound(
            "check of one app with two secrets, CPU",
            f"{seconds * 1000:.0f} ms",
            f"{MAX_SECONDS * 1000:.0f} ms",
            seconds / MAX_SECONDS,
            1.0,
        )
    ]


def main() -> None:
    """Check again and again with an empty ledger, and print the processor time of each round."""
    from shared.bootstrap import settings, watching  # noqa: PLC0415  (the parent process needs none of it)

    for _ in range(ROUNDS + 1):
        with TableServiceClient.from_connection_string(os.environ["LAPSEWATCH_TABLES"]) as service:
            service.create_table_if_not_exists("Lapsewatch")
            service.delete_table("Lapsewatch")
        start = time.process_time()
        with watching(settings()) as watch:
            result = watch.check()
        seconds = time.process_time() - start
        assert [delivery.delivered for delivery in result.told] == [True], result.error
        print(seconds)  # noqa: T201  (the answer of this process)


@contextmanager
def _tenant() -> Iterator[Mapping[str, str]]:
    """Serve the stand-in tenant in a process of its own, and give the settings that it prints."""
    command = [sys.executable, "-u", "-m", "local.tenant", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  (our own module)
        assert process.stdout is not None
        found: dict[str, str] = {}
        try:
            for line in process.stdout:
                name, _, value = line.removeprefix("export ").strip().partition("=")
                if name in NEEDED:
                    (found[name],) = shlex.split(value)
                if len(found) == len(NEEDED):
                    break
            yield found
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
