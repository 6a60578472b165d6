"""Run every benchmark, print a table, and exit with 1 if a bound is broken: `python -m bench`."""

import sys
from collections.abc import Callable, Sequence

from bench import check_cost, graph_scan
from bench.results import Bound

BENCHMARKS: Sequence[Callable[[], list[Bound]]] = (
    graph_scan.measure,
    check_cost.measure,
)


def main() -> int:
    """Measure, print, and give the exit status."""
    bounds = [bound for measure in BENCHMARKS for bound in measure()]
    width = max(len(bound.what) for bound in bounds)
    lines = [f"{'':{width}}  {'measured':>9} {'against':>9} {'ratio':>6} {'at most':>8}"]
    for bound in bounds:
        figures = f"{bound.measured:>9} {bound.against:>9} {bound.ratio:6.2f} {bound.at_most:8.2f}"
        lines.append(f"{bound.what:{width}}  {figures}{'' if bound.kept else '  BROKEN'}")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if all(bound.kept for bound in bounds) else 1


if __name__ == "__main__":
    sys.exit(main())
