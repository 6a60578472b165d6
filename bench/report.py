"""The figures as a page for people: docs/performance.md with a table and a plot, written by `python -m bench --record`."""

from collections.abc import Sequence
from math import log10
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

from bench.results import Bound, Line

DOCS = Path(__file__).parents[1] / "docs"
COLORS = {"ours": "#0f6cbd", "bare": "#8a8886", "sdk": "#c50f1f"}
NAMES = {"ours": "Lapsewatch", "bare": "requests + msgspec", "sdk": "msgraph-sdk models"}
WIDTH, HEIGHT, LEFT, BOTTOM = 640, 320, 60, 40


def written(bounds: Sequence[Bound], lines: Sequence[Line]) -> None:
    """Write the page and its picture."""
    (DOCS / "pictures" / "performance.svg").write_text(
        _plot([line for line in lines if not line.delay]), encoding="utf-8"
    )
    rows = [
        f"| {NAMES[line.way]} | {line.apps:,} | {line.delay} ms | {line.seconds:.2f} s | {line.cpu:.2f} s "
        f"| {line.megabytes:.0f} MB | {line.requests:.0f} |"
        for line in sorted(
            lines, key=lambda line: (line.apps, line.delay, line.way != "ours", line.way)
        )
    ]
    kept = [
        f"| {each.what} | {each.measured} | {each.against} | {each.ratio:.2f} | {each.at_most:.2f} |"
        for each in bounds
    ]
    (DOCS / "performance.md").write_text(
        "\n".join(
            [
                "# Performance",
                "",
                "Measured by `make bench`, which `python -m bench --record` writes down here: pages of 999 app registrations, rendered",
                "beforehand and packed as Graph packs them, served from this machine; two cores. The same pages are read by Lapsewatch",
                "(through the SDK's request builder, authentication and middleware, decoded and judged), by a bare loop, and, for a small",
                "tenant, by the SDK's own models. Only ratios within one run mean anything on another machine.",
                "",
                "![Seconds of processor time by the number of apps](pictures/performance.svg)",
                "",
                "| way | apps | a request | on the clock | CPU | peak memory | requests |",
                "|---|---|---|---|---|---|---|",
                *rows,
                "",
                "## Bounds",
                "",
                "`make bench` fails where a ratio is above what it may be, or a fifth worse than that in `bench/recorded.json`.",
                "",
                "| what | measured | against | ratio | at most |",
                "|---|---|---|---|---|",
                *kept,
                "",
            ]
        ),
        encoding="utf-8",
    )


def _plot(lines: Sequence[Line]) -> str:
    """Draw CPU seconds over apps, both in powers of ten."""
    root = Element(
        "svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img"
    )
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
        SubElement(root, "text", x=f"{x:.1f}", y=f"{y:.1f}", **style).text = words

    for power in range(-3, 2):
        x, y = place(1_000, 10**power)
        SubElement(
            root,
            "line",
            x1=f"{x:.1f}",
            y1=f"{y:.1f}",
            x2=f"{WIDTH - 160}",
            y2=f"{y:.1f}",
            stroke="#e1dfdd",
        )
        text(x - 8, y + 4, f"{10**power:g} s", anchor="end")
    for apps in (1_000, 10_000, 100_000):
        text(place(apps, 0.001)[0], HEIGHT - 16, f"{apps:,}")
    for way, color in COLORS.items():
        mine = sorted((line for line in lines if line.way == way), key=lambda line: line.apps)
        points = [place(line.apps, line.cpu) for line in mine]
        if not points:
            continue
        SubElement(
            root,
            "polyline",
            points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points),
            fill="none",
            stroke=color,
            **{"stroke-width": "2"},
        )
        for x, y in points:
            SubElement(root, "circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r="4", fill=color)
        text(
            points[-1][0] + 10,
            points[-1][1] + (4 if way != "bare" else 14),
            NAMES[way],
            color,
            "start",
        )
    return tostring(root, encoding="unicode") + "\n"
