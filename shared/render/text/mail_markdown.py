"""A runbook's Markdown becomes HTML with its styles inline, or plain text of a given width; raw HTML in it is shown, never obeyed."""

from collections.abc import Iterator, Sequence
from textwrap import indent, wrap

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

_STYLES = {
    "p": "margin:0 0 10px 0;",
    "ol": "margin:0 0 14px 24px;padding:0;",
    "ul": "margin:0 0 14px 24px;padding:0;",
    "li": "margin:0 0 6px 0;",
    "blockquote": "margin:0 0 10px 16px;",
    "pre": "margin:0 0 10px 0;white-space:pre-wrap;",
    "code": "font-family:Consolas,'Courier New',monospace;background-color:#edebe9;color:#242424;",
    "a": "color:#0f6cbd;text-decoration:underline;",
}
"""By element. They stand in the element itself because Outlook on Windows, which shows mail by Word, reads no style sheet for them."""
_DARK = {"code": "code", "a": "link"}
"""By element: the class by which the template's style sheet changes its colour in dark mode."""


def _is_good_link(url: str) -> bool:
    return url.startswith(("https://", "mailto:"))


_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")
_MARKDOWN.validateLink = _is_good_link  # type: ignore[method-assign]  # the library's own way to say which links are good


def html(markdown: str) -> str:
    """Give `markdown` as HTML, safe to be put into a page as it is."""
    tokens = _MARKDOWN.parse(markdown)
    for token in _with_children(tokens):
        style = _STYLES.get(token.tag)
        if style and token.nesting >= 0:
            token.attrSet("style", style)
        if token.tag in _DARK and token.nesting >= 0:
            token.attrSet("class", _DARK[token.tag])
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def text(markdown: str, width: int) -> str:
    """Give `markdown` as plain text, wrapped at `width` columns; a longer word, such as an address, stays whole."""
    return _blocks(SyntaxTreeNode(_MARKDOWN.parse(markdown)).children, width)


def filled_lines(line: str, width: int, *, later: str = "") -> str:
    """Wrap one paragraph; lines after the first begin with `later`. Words are never broken."""
    return "\n".join(
        wrap(line, width, subsequent_indent=later, break_long_words=False, break_on_hyphens=False)
    )


def _with_children(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _with_children(token.children or ())


def _blocks(nodes: Sequence[SyntaxTreeNode], width: int) -> str:
    return "\n\n".join(_block(node, width) for node in nodes)


def _block(node: SyntaxTreeNode, width: int) -> str:
    match node.type:
        case "paragraph" | "heading":
            lines = "".join(map(_inline, node.children)).split("\n")
            return "\n".join(filled_lines(line, width) for line in lines)
        case "bullet_list":
            return "\n".join(_item(item, "- ", width) for item in node.children)
        case "ordered_list":
            first = int(node.attrs.get("start", 1))
            return "\n".join(
                _item(item, f"{number}. ", width)
                for number, item in enumerate(node.children, first)
            )
        case "blockquote":
            return indent(_blocks(node.children, width - 2), "> ", lambda _: True)
        case "hr":
            return "-" * width
        case _:
            return indent(node.content.rstrip("\n"), "    ")


def _item(item: SyntaxTreeNode, mark: str, width: int) -> str:
    body = _blocks(item.children, width - len(mark))
    return mark + indent(body, " " * len(mark)).lstrip(" ")


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text":
            return node.content
        case "code_inline":
            return f"“{node.content}”"
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "link":
            said, address = "".join(map(_inline, node.children)), str(node.attrs["href"])
            return said if address in {said, f"mailto:{said}"} else f"{said} ({address})"
        case _:
            return "".join(map(_inline, node.children))
