"""Colours on the terminal."""

from shared.core.model.vocabulary import Severity

STYLE = {
    Severity.OK: "green",
    Severity.NOTICE: "cyan",
    Severity.WARNING: "yellow",
    Severity.CRITICAL: "bold red",
}
FAILURE = "bold red"
