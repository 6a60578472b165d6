"""Write the figures into docs/performance.md, as tables and a plot: `python -m bench --record`."""

from collections.abc import Sequence
from math import log10
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

from bench.results import Bound, Line

DOCS = Path(__file__).parents[1] / "docs"
COLORS = {"ours": "#0f6cbd", "bare": "#8a8886", "sdk": "#c50f1f"}
NAMES = {"ours": "Lapsewatch", "bare": "requests + msgspec", "sdk": "msgraph-sdk models"}
PAGE = """\
# Performance

Measured by `make bench` and written here by `python -m bench --record`, on two cores. A local
server sends pages of 999 app registrations, rendered beforehand and compressed as Graph does it.
Lapsewatch reads them (through the SDK's request builder, authentication and middleware) and judges
them; a bare loop reads the same pages, and, for a small tenant, the SDK's own models do. On another
machine only the ratios within one run can be compared.

![Seconds of processor time by the number of apps](pictures/performance.svg)

| way | apps | a request | elapsed | CPU | peak memory | requests |
|---|---|---|---|---|---|---|
{lines}

## Start

A command, a route and the app import what they use when they first use it. Measured against eager
imports, that gives the earlier first `health` and the earlier first check: see the last rows of
the next table. `--help`, `status`, `forecast`, `health` and the feeds never import the Graph SDK.

The package that is deployed is built before it is uploaded (`make package`): with bytecode, and
of the Graph SDK only the modules that the app imports. Measured once, on two busy cores, with
Python 3.13.0:

| package | files | unpacked | zipped | import of the app, CPU | local host to the first `health` |
|---|---|---|---|---|---|
| before: all of each library, compiled at every start | 19,795 | 174 MB | 42 MB | 2.2 s | 2.0 s |
| now | 5,175 | 63 MB | 22 MB | 0.4 s | 0.8 s |
| an empty app with the same SDKs, in the package of today | | | | 0.4 s | |

## Bounds

`make bench` fails if a ratio is above its maximum, or a fifth worse than in `bench/recorded.json`.

| what | measured | against | ratio | at most |
|---|---|---|---|---|
{bounds}
"""
WIDTH, HEIGHT, LEFT, BOTTOM = 640, 320, 60, 40


def write(bounds: Sequence[Bound], lines: Sequence[Line]) -> None:
    """Write the page and its picture."""
    without_delay = [line for line in lines if not line.delay]
    (DOCS / "pictures" / "performance.svg").write_text(_plot(without_delay), encoding="utf-8")
    ordered = sorted(lines, key=lambda line: (line.apps, line.delay, line.way != "ours", line.way))
    page = PAGE.format(lines="\n".join(map(_row, ordered)), bounds="\n".join(map(_bound, bounds)))
    (DOCS / "performance.md").write_text(page, encoding="utf-8")


def _row(line: Line) -> str:
    cells = (
        NAMES[line.way],
        f"{line.apps:,}",
        f"{line.delay} ms",
        f"{line.seconds:.2f} s",
        f"{line.cpu:.2f} s",
        f"{line.megabytes:.0f} MB",
        f"{line.requests:.0f}",
    )
    return f"| {' | '.join(cells)} |"


def _bound(each: Bound) -> str:
    ratios = f"{each.ratio:.2f} | {each.at_most:.2f}"
    return f"| {each.what} | {each.measured} | {each.against} | {ratios} |"


def _plot(lines: Sequence[Line]) -> str:
    """Draw CPU seconds over apps, both in powers of ten."""
    view = f"0 0 {WIDTH} {HEIGHT}"
    root = Element("svg", xmlns="http://www.w3.org/2000/svg", viewBox=view, role="img")
    SubElement(root, "title").text = "Seconds of processor time by the number of apps"
    SubElement(root, "rect", width=str(WIDTH), height=str(HEIGHT), fill="#ffffff")

    def place(apps: float, seconds: float) -> tuple[float, float]:
        across = (log10(apps) - 3) / 2
        up = (log10(max(seconds, 0.001)) + 3) / 4
        return LEFT + across * (WIDTH - LEFT - 160), HEIGHT - BOTTOM - up * (HEIGHT - BOTTOM - 20)

    def text(
        x: float, y: float, words: str, color: str = "#242424", anchor: str = "middle"
    ) -> None:
        style = {
            "font-family": "Segoe UI, Arial, sans-serif",
            "font-size": "12",
            "text-anchor": anchor,
            "fill": color,
        }
        SubElement(root, "text", style, x=f"{x:.1f}", y=f"{y:.1f}").text = words

    for power in range(-3, 2):
        x, y = place(1_000, 10**power)
        ends = {"x1": f"{x:.1f}", "y1": f"{y:.1f}", "x2": f"{WIDTH - 160}", "y2": f"{y:.1f}"}
        SubElement(root, "line", ends, stroke="#e1dfdd")
        text(x - 8, y + 4, f"{10**power:g} s", anchor="end")
    for apps in (1_000, 10_000, 100_000):
        text(place(apps, 0.001)[0], HEIGHT - 16, f"{apps:,}")
    for way, color in COLORS.items():
        mine = sorted((line for line in lines if line.way == way), key=lambda line: line.apps)
        points = [place(line.apps, line.cpu) for line in mine]
        if not points:
            continue
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        SubElement(root, "polyline", {"stroke-width": "2"}, points=path, fill="none", stroke=color)
        for x, y in points:
            SubElement(root, "circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r="4", fill=color)
        x, y = points[-1]
        text(x + 10, y + (14 if way == "bare" else 4), NAMES[way], color, "start")
    return tostring(root, encoding="unicode") + "\n"
