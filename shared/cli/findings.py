"""The findings of `doctor` on the terminal."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from shared.cli.styles import FAILURE
from shared.render.text.escape import clean
from shared.usecases.doctor.finding import Finding

_MARKS = {
    True: Text("ok     ", style="green"),
    False: Text("MISSING", style=FAILURE),
    None: Text("-      ", style="dim"),
}


def show_findings(console: Console, findings: Iterable[Finding]) -> bool:
    """Show each finding as it comes, then a summary; return whether nothing is missing."""
    missing = skipped = 0
    for finding in findings:
        _finding(console, finding)
        missing += finding.ok is False
        skipped += finding.ok is None and not finding.informational
    summary = f"{_parts(missing, 'is', 'are')} missing" if missing else "Nothing is missing"
    if skipped:
        summary += f"; {_parts(skipped, 'was', 'were')} skipped"
    console.print(Text(f"{summary}.", style=FAILURE if missing else "green"))
    return not missing


def _finding(console: Console, finding: Finding) -> None:
    part, text = (f"{finding.part}: ", "bold"), clean(finding.text, 1000)
    console.print(Text.assemble(_MARKS[finding.ok], " ", part, text))
    for command in () if finding.ok else finding.commands:
        console.print(Text(f"          {clean(command, 1000)}", style="cyan"), soft_wrap=True)


def _parts(number: int, one: str, several: str) -> str:
    return f"1 part {one}" if number == 1 else f"{number} parts {several}"
