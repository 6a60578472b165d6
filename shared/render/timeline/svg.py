"""A builder of SVG elements; the XML library escapes every text.

Looks are presentation attributes and class names, never `style`: a page with a strict
Content-Security-Policy may contain the drawing, and its stylesheet overrides the attributes.
"""

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from shared.render.text.escape import clean

NAMESPACE = "http://www.w3.org/2000/svg"
# Not allowed in XML (https://www.w3.org/TR/xml/#charsets); `clean` removes the others.
_NOT_IN_XML = re.compile("[\ufffe\uffff]")
MAX_TEXT_CHARS = 200

type Value = str | float


class SvgBuilder:
    """Adds elements to one element."""

    def __init__(self, element: ET.Element) -> None:
        """Build on an existing element."""
        self._element = element

    @classmethod
    def picture(cls, width: float, height: float) -> "SvgBuilder":
        """Return a builder for a picture of this size in pixels; the picture can be scaled."""
        box = f"0 0 {width:g} {height:g}"
        size: dict[str, Value] = {
            "xmlns": NAMESPACE,
            "viewBox": box,
            "width": width,
            "height": height,
        }
        return cls(ET.Element("svg", _attributes(size)))

    def set(self, **attributes: Value) -> None:
        """Set attributes of the element itself."""
        for name, value in _attributes(attributes).items():
            self._element.set(name, value)

    def group(self, **attributes: Value) -> "SvgBuilder":
        """Add a group and return a builder for it."""
        return SvgBuilder(ET.SubElement(self._element, "g", _attributes(attributes)))

    def tag(self, name: str, words: str = "", /, **attributes: Value) -> None:
        """Add an element.

        An underscore in an attribute's name becomes a hyphen; one at its end is dropped (`class_`).
        """
        element = ET.SubElement(self._element, name, _attributes(attributes))
        element.text = _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", words) or None

    def line(self, x1: float, y1: float, x2: float, y2: float, **attributes: Value) -> None:
        """Add a line."""
        self.tag("line", x1=x1, y1=y1, x2=x2, y2=y2, **attributes)

    def write(self, words: str, x: float, y: float, **attributes: Value) -> None:
        """Add one line of text with its baseline at `y`; the text is cleaned."""
        self.tag("text", clean(words, MAX_TEXT_CHARS), x=x, y=y, **attributes)

    def text(self) -> str:
        """Return the picture as XML without a declaration, which also fits into an HTML page."""
        ET.indent(self._element)
        return ET.tostring(self._element, encoding="unicode") + "\n"


def _attributes(given: Mapping[str, Value]) -> dict[str, str]:
    return {name.rstrip("_").replace("_", "-"): _text(value) for name, value in given.items()}


def _text(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
