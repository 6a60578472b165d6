"""Run every benchmark, print a table, and exit with 1 if a bound is broken: `python -m bench [--record]`.

A bound that is recorded (`bench/recorded.json`) is also broken by a ratio that is a fifth worse than the recorded one.
With `--record` the ratios are recorded anew, and the figures are written into docs/performance.md.
"""

import json
import sys
from pathlib import Path

from bench import check_cost, page_cost, tenant_check, tenant_scan
from bench.report import written
from bench.results import Bound

RECORDED = Path(__file__).with_name("recorded.json")
MAX_WORSENING = 1.2


def main() -> int:
    """Measure, print, and give the exit status."""
    record = "--record" in sys.argv[1:]
    bounds, lines = tenant_scan.measure()
    bounds += [*tenant_check.measure(), *page_cost.measure(), *check_cost.measure()]
    if record:
        RECORDED.write_text(
            json.dumps(
                {bound.recorded_as: round(bound.ratio, 3) for bound in bounds if bound.recorded_as}
            )
            + "\n"
        )
        written(bounds, lines)
    recorded: dict[str, float] = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    bounds += [
        _beside(bound, recorded[bound.recorded_as])
        for bound in bounds
        if bound.recorded_as in recorded
    ]
    width = max(len(bound.what) for bound in bounds)
    shown = [f"{'':{width}}  {'measured':>9} {'against':>9} {'ratio':>6} {'at most':>8}"]
    for bound in bounds:
        figures = f"{bound.measured:>9} {bound.against:>9} {bound.ratio:6.2f} {bound.at_most:8.2f}"
        shown.append(f"{bound.what:{width}}  {figures}{'' if bound.kept else '  BROKEN'}")
    sys.stdout.write("\n".join(shown) + "\n")
    return 0 if all(bound.kept for bound in bounds) else 1


def _beside(bound: Bound, recorded: float) -> Bound:
    what = f"{bound.what}: ratio beside the recorded one"
    return Bound(
        what, f"{bound.ratio:.2f}", f"{recorded:.2f}", bound.ratio / recorded, MAX_WORSENING
    )


if __name__ == "__main__":
    sys.exit(main())
