"""Colours and measures of the chart."""

from shared.core.model.vocabulary import Severity

MARGIN = 16.0
CHARACTER_WIDTH = 6.0
"""An estimate for small text, to keep it within the picture."""
COLOURS = {
    Severity.OK: "#2da44e",
    Severity.NOTICE: "#388bfd",
    Severity.WARNING: "#c27c0e",
    Severity.CRITICAL: "#e5484d",
}
STYLE = """
svg { color: #1f2328; color-scheme: light dark }
@media (prefers-color-scheme: dark) { svg { color: #e6edf3 } .tl-paper { fill: #0d1117 } }
"""
"""For a picture in a file of its own."""
