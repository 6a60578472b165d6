"""Markdown and paragraphs as plain text of a given width. Words, such as addresses, stay whole."""

from collections.abc import Sequence
from textwrap import indent, wrap

from markdown_it.tree import SyntaxTreeNode

from shared.render.text.markdown import MARKDOWN


def markdown_text(markdown: str, width: int) -> str:
    """Return `markdown` as plain text, wrapped at `width` columns."""
    return _blocks(SyntaxTreeNode(MARKDOWN.parse(markdown)).children, width)


def wrapped(line: str, width: int, *, later: str = "") -> str:
    """Return one paragraph, wrapped; lines after the first begin with `later`."""
    lines = wrap(
        line, width, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(lines)


def _blocks(nodes: Sequence[SyntaxTreeNode], width: int) -> str:
    return "\n\n".join(_block(node, width) for node in nodes)


def _block(node: SyntaxTreeNode, width: int) -> str:
    match node.type:
        case "paragraph" | "heading":
            lines = "".join(map(_inline, node.children)).split("\n")
            return "\n".join(wrapped(line, width) for line in lines)
        case "bullet_list":
            return "\n".join(_item(item, "- ", width) for item in node.children)
        case "ordered_list":
            numbered = enumerate(node.children, int(node.attrs.get("start", 1)))
            return "\n".join(_item(item, f"{number}. ", width) for number, item in numbered)
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
            title, address = "".join(map(_inline, node.children)), str(node.attrs["href"])
            return title if address in {title, f"mailto:{title}"} else f"{title} ({address})"
        case _:
            return "".join(map(_inline, node.children))
