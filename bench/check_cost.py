"""The processor time of a check of one app with two secrets, messages included.

Azurite and the stand-in tenant are processes of their own, so only the program is counted:
settings, token, Graph, judgement, ledger, the card and its delivery. Every round begins with an
empty ledger, so each one sends. `python -m bench.check_cost` runs the rounds and prints the seconds
of each.
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
from shared.bootstrap import settings, watching

ROUNDS = 5
SETTINGS = (
    "LAPSEWATCH_GRAPH",
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "TEAMS_WEBHOOK_URL",
    "LIBAPPS_CLIENT_ID",
)
"""The settings of a check that the stand-in tenant prints."""
MAX_SECONDS = 0.150
"""Seconds of processor time."""


def measure() -> list[Bound]:
    """Return the bound of the median, without the first round, in which libraries load parts."""
    command = [sys.executable, "-m", "bench.check_cost"]
    with Azurite() as azurite, tenant() as printed:
        environment = {**os.environ, **printed, "LAPSEWATCH_TABLES": azurite.tables}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603  (ourselves)
    seconds = statistics.median(float(line) for line in done.stdout.splitlines()[1:])
    return [
        Bound(
            "check of one app with two secrets, CPU",
            f"{seconds * 1000:.0f} ms",
            f"{MAX_SECONDS * 1000:.0f} ms",
            seconds / MAX_SECONDS,
        )
    ]


def main() -> None:
    """Check several times, each with an empty ledger, and print the processor time of each."""
    for _ in range(ROUNDS + 1):
        with TableServiceClient.from_connection_string(os.environ["LAPSEWATCH_TABLES"]) as service:
            service.create_table_if_not_exists("Lapsewatch")
            service.delete_table("Lapsewatch")
        start = time.process_time()
        with watching(settings()) as watch:
            result = watch.check()
        seconds = time.process_time() - start
        assert [delivery.delivered for delivery in result.deliveries] == [True], result.error
        sys.stdout.write(f"{seconds}\n")


@contextmanager
def tenant() -> Iterator[Mapping[str, str]]:
    """Serve the stand-in tenant in its own process and yield the settings that it prints."""
    command = [sys.executable, "-u", "-m", "local.tenant", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  (ourselves)
        assert process.stdout is not None
        printed: dict[str, str] = {}
        try:
            for line in process.stdout:
                name, _, value = line.removeprefix("export ").strip().partition("=")
                if name in SETTINGS:
                    (printed[name],) = shlex.split(value)
                if len(printed) == len(SETTINGS):
                    break
            yield printed
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
