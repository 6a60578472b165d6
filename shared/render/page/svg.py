"""A pen that draws SVG elements: every text is escaped by the XML library, and freed of what XML cannot carry or a reader cannot see.

Looks are presentation attributes and class names, never `style`: a page with a strict Content-Security-Policy may carry
the drawing as it is, and colour it from its own stylesheet (which beats presentation attributes).
"""

import re
from xml.etree import ElementTree as ET

from shared.render.text.escape import clean

NAMESPACE = "http://www.w3.org/2000/svg"
_NOT_IN_XML = re.compile(
    "[\ufffe\uffff]"
)  # https://www.w3.org/TR/xml/#charsets; `clean` takes out the others

type Value = str | float


class SvgBuilder:
    """Draws into one element; `group` gives a pen that draws within it."""

    def __init__(self, element: ET.Element) -> None:
        """Draw into `element`."""
        self._element = element

    @classmethod
    def picture(cls, width: float, height: float) -> "SvgBuilder":
        """Begin a picture of this size, in pixels, which scales with its place."""
        return cls(
            ET.Element(
                "svg",
                _attributes(
                    {
                        "xmlns": NAMESPACE,
                        "viewBox": f"0 0 {width:g} {height:g}",
                        "width": width,
                        "height": height,
                    }
                ),
            )
        )

    def set(self, **attributes: Value) -> None:
        """Set attributes of the element itself."""
        for name, value in _attributes(attributes).items():
            self._element.set(name, value)

    def group(self, **attributes: Value) -> "SvgBuilder":
        """Begin a group."""
        return SvgBuilder(ET.SubElement(self._element, "g", _attributes(attributes)))

    def tag(self, name: str, words: str = "", /, **attributes: Value) -> None:
        """Add an element by its name; an attribute's underscore is a hyphen, and one that ends its name is dropped (`class_`)."""
        ET.SubElement(self._element, name, _attributes(attributes)).text = (
            _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", words) or None
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, **attributes: Value) -> None:
        """Draw a line."""
        self.tag("line", x1=x1, y1=y1, x2=x2, y2=y2, **attributes)

    def write(self, words: str, x: float, y: float, **attributes: Value) -> None:
        """Write one line of text from outside or from us, with its base line at `y`."""
        self.tag("text", clean(words, 200), x=x, y=y, **attributes)

    def text(self) -> str:
        """Give the picture as text, which is well-formed XML without a declaration and fits into an HTML page."""
        ET.indent(self._element)
        return ET.tostring(self._element, encoding="unicode") + "\n"


def _attributes(given: dict[str, Value]) -> dict[str, str]:
    return {
        name.rstrip("_").replace("_", "-"): value
        if isinstance(value, str)
        else f"{value:.1f}".removesuffix(".0")
        for name, value in given.items()
    }
