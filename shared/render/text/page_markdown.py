"""A runbook's Markdown on the status page: raw HTML in it is shown, never obeyed, and its headings stay below the page's own."""

from markdown_it import MarkdownIt
from markupsafe import Markup

HEADING = "h5"
"""A card's sections are h4."""


def _is_good_link(url: str) -> bool:
    return url.startswith(("https://", "mailto:"))


_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")
_MARKDOWN.validateLink = _is_good_link  # type: ignore[method-assign]  # the library's own way to say which links are good


def html(markdown: str) -> Markup:
    """Give `markdown` as HTML without a style or a script, safe to be put into the page as it is."""
    tokens = _MARKDOWN.parse(markdown)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = HEADING
    return Markup(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))  # noqa: S704  (raw HTML is off)
