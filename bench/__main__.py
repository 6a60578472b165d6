"""Run every benchmark and print a table: `python -m bench [--record]`.

Exit with 1 if a bound is broken. A bound with a ratio in `bench/recorded.json` is also broken if
the ratio is a fifth worse than the recorded one. `--record` records the ratios again and writes the
figures into docs/performance.md.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import check_cost, page_cost, start_up, tenant_check, tenant_scan
from bench.report import write
from bench.results import Bound
from local.command_help import answer_help

RECORDED = Path(__file__).with_name("recorded.json")
MAX_WORSENING = 1.2


def main() -> int:
    """Measure, print the table, and return the exit status."""
    bounds, lines = tenant_scan.measure()
    bounds += [*tenant_check.measure(), *page_cost.measure(), *check_cost.measure()]
    bounds += start_up.measure()
    if "--record" in sys.argv[1:]:
        ratios = {each.recorded_as: round(each.ratio, 3) for each in bounds if each.recorded_as}
        RECORDED.write_text(json.dumps(ratios) + "\n", encoding="utf-8")
        write(bounds, lines)
    bounds += _beside_recorded(bounds)
    sys.stdout.write(_table(bounds))
    return 0 if all(bound.kept for bound in bounds) else 1


def _beside_recorded(bounds: Sequence[Bound]) -> list[Bound]:
    recorded: dict[str, float] = json.loads(RECORDED.read_text("utf-8"))
    return [
        Bound(
            f"{bound.what}: ratio beside the recorded one",
            f"{bound.ratio:.2f}",
            f"{recorded[bound.recorded_as]:.2f}",
            bound.ratio / recorded[bound.recorded_as],
            MAX_WORSENING,
        )
        for bound in bounds
        if bound.recorded_as in recorded
    ]


def _table(bounds: Sequence[Bound]) -> str:
    width = max(len(bound.what) for bound in bounds)
    rows = [f"{'':{width}}  {'measured':>9} {'against':>9} {'ratio':>6} {'at most':>8}"]
    for bound in bounds:
        figures = f"{bound.measured:>9} {bound.against:>9} {bound.ratio:6.2f} {bound.at_most:8.2f}"
        rows.append(f"{bound.what:{width}}  {figures}{'' if bound.kept else '  BROKEN'}")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    answer_help(__doc__)
    sys.exit(main())
