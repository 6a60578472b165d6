"""Two simulated years of hourly ticks for a tenant of many apps: `python -m local.simulation.soak`.

People and outages are random, from a seed. The program and its ledger on Azurite are the real ones.
The clock is an argument, and Graph and the channels are in memory: otherwise two years would take
more than a quarter of an hour. It fails if a notice is missing or repeated, or if rows or memory
grow without bound.
"""

import argparse
import sys
import time
from collections.abc import Sequence

from local.azurite import Azurite, AzuriteError
from local.simulation.soak_run import Soak
from local.simulation.soak_services import PromiseBroken, SoakState
from shared.core.model.check_record import Outcome


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the soak and print the figures; exit with 1 if a promise was broken."""
    options = _parser().parse_args(arguments)
    started, failure = time.monotonic(), ""
    tables = Azurite()
    soak = Soak(SoakState.of(options.apps, options.seed), options.days, tables)
    try:
        with tables:
            soak.run()
    except AzuriteError as error:
        sys.exit(str(error))
    except PromiseBroken as error:
        failure = str(error)
    watched, others = len(soak.state.services), len(soak.state.unwatched.apps)
    took, computed = time.monotonic() - started, time.process_time()
    print(f"{watched} watched apps, {others} others, {options.days} days, seed {options.seed}")
    print(f"{took:.0f} s, {computed:.0f} s of them CPU time of this process")
    print("\n".join(report(soak)))
    if failure:
        sys.exit(f"FAILED: {failure}")
    print("No notice is missing or repeated, and nothing grows.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.simulation.soak",
        description="Simulate years of hourly ticks, with random people and outages.",
    )
    parser.add_argument(
        "--apps",
        type=int,
        default=200,
        help="app registrations; three of four are on the watchlist (default: %(default)s)",
    )
    parser.add_argument(
        "--days", type=int, default=730, help="simulated days (default: %(default)s)"
    )
    parser.add_argument(
        "--seed", type=int, default=7, help="seed of everything random (default: %(default)s)"
    )
    return parser


def report(soak: Soak) -> list[str]:
    """Return the counters, a line each."""
    checks = sum(count for outcome, count in soak.outcomes.items() if outcome != Outcome.NOT_DUE)
    outcomes = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(soak.outcomes.items()))
    faults = ", ".join(f"{fault}: {count}" for fault, count in sorted(soak.faults.items()))
    return [
        f"ticks      {soak.ticks:,}: {outcomes}",
        f"checks     {checks:,}, and {soak.decisions} decisions with a check each",
        f"messages   {soak.state.messages:,}, with {soak.state.notices:,} notices",
        f"faults     {faults}",
        f"audits     {soak.audits}, one after each check that succeeded",
    ]


if __name__ == "__main__":
    main()
