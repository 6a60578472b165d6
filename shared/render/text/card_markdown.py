"""Markdown as cards show it: bold, italic, lists and links. Everything else becomes plain text.

The text is written from what the parser found, so a card has the same links as a mail and
the page: an address of another scheme stays text.
"""

import re
from collections.abc import Sequence
from textwrap import indent

from markdown_it.tree import SyntaxTreeNode

from shared.render.text.escape import inert, literal
from shared.render.text.markdown import MARKDOWN

MAX_CARD_BYTES = 4_000
"""Bytes of a card that a request, or the sections of a notice, may take, in UTF-8."""

_LONG_ADDRESS = re.compile(r"(https?://[^/\s]+)(/[^\s]*)?")
_MARKS = {"strong": "**", "em": "*"}
_BLOCK_MARK = re.compile(r"^(?:(?=[-+#>])|(\d+)(?=[.)]))", re.MULTILINE)


def card_markdown(markdown: str) -> str:
    """Return `markdown` as the Markdown of a card's text."""
    return inert(_blocks(SyntaxTreeNode(MARKDOWN.parse(markdown)).children))


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> str:
    return "\n\n".join(_block(node) for node in nodes)


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "paragraph":
            return _line(node)
        case "heading":
            return f"**{_line(node)}**"
        case "bullet_list":
            return "\n".join(_item(item, "- ") for item in node.children)
        case "ordered_list":
            numbered = enumerate(node.children, int(node.attrs.get("start", 1)))
            return "\n".join(_item(item, f"{number}. ") for number, item in numbered)
        case "blockquote":
            return _blocks(node.children)
        case _:
            return "\n\n".join(map(_unmarked, node.content.rstrip("\n").split("\n")))


def _item(item: SyntaxTreeNode, mark: str) -> str:
    """Return an item of a list; a list inside it follows on the next lines, indented."""
    body = ""
    for node in item.children:
        joint = "\n" if node.type.endswith("_list") else "\n\n"
        body += (joint if body else "") + _block(node)
    return mark + indent(body, " " * len(mark)).lstrip(" ")


def _line(node: SyntaxTreeNode) -> str:
    text = "".join(map(_inline, node.children))
    return _BLOCK_MARK.sub(r"\1\\", text)


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text":
            # without a "<" before it, ">" acts only at the beginning of a line
            return literal(node.content).replace("\\>", ">")
        case "code_inline":
            return literal(node.content.strip())
        case "softbreak" | "hardbreak":
            return "\n" if node.type == "hardbreak" else " "
        case "strong" | "em":
            return f"{_MARKS[node.type]}{_inlines(node)}{_MARKS[node.type]}"
        case "link":
            return _link(node, str(node.attrs["href"]))
        case _:
            return _inlines(node)


def _inlines(node: SyntaxTreeNode) -> str:
    return "".join(map(_inline, node.children))


def _link(node: SyntaxTreeNode, address: str) -> str:
    """Write a link; an address that stands for itself is named by its host if it is long."""
    target = address.replace("(", "%28").replace(")", "%29")
    found = _LONG_ADDRESS.fullmatch(address) if node.info == "auto" else None
    if found is None:
        return f"[{_inlines(node)}]({target})"
    return f"[{literal(found[1])}{'/…' if (found[2] or '/') != '/' else ''}]({target})"


def _unmarked(line: str) -> str:
    return _BLOCK_MARK.sub(r"\1\\", literal(line.strip()).replace("\\>", ">"))
