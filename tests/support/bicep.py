"""The declarations of a Bicep file as values. Expressions are not evaluated: each is its text.

The grammar is tree-sitter's; a file that it cannot parse is an error. Only the compiler checks the
rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import tree_sitter_bicep
from tree_sitter import Language, Node, Parser

INFRA = Path(__file__).parents[2] / "infra"

type Value = str | bool | int | list[Value] | dict[str, Value]
"""A literal as its value; text with `${...}`, and every other expression, as it is written."""


@dataclass(frozen=True)
class Resource:
    """A resource, or a module: then `type` is its file, and it has no version."""

    symbol: str
    type: str
    version: str
    body: dict[str, Value]
    existing: bool
    condition: str
    """The text between `if (` and `)`; empty if there is none."""

    def at(self, path: str) -> Value:
        """Return the value at `a.b.c` of the body. The test fails if there is none."""
        value: Value = self.body
        for key in path.split("."):
            assert isinstance(value, dict), f"{self.symbol}: {path}"
            assert key in value, f"{self.symbol} has no {path}"
            value = value[key]
        return value


@dataclass(frozen=True)
class Parameter:
    type: str
    default: str | None
    decorators: str


@dataclass(frozen=True)
class Bicep:
    """One file."""

    path: Path
    text: str
    resources: list[Resource] = field(default_factory=list)
    modules: list[Resource] = field(default_factory=list)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    variables: dict[str, Value] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    """Every name that an expression mentions."""

    def only(self, type_: str) -> Resource:
        """Return the one resource of a type that the file creates."""
        (found,) = self.all(type_)
        return found

    def all(self, type_: str) -> list[Resource]:
        """Return the resources of a type that the file creates."""
        return [
            resource
            for resource in self.resources
            if resource.type == type_ and not resource.existing
        ]

    def named(self, symbol: str) -> Resource:
        """Return a resource or module by its symbol in the file."""
        (found,) = [each for each in (*self.resources, *self.modules) if each.symbol == symbol]
        return found


def read(path: Path) -> Bicep:
    """Read one file. What cannot be parsed is a failure."""
    text = path.read_text(encoding="utf-8")
    root = Parser(Language(tree_sitter_bicep.language())).parse(text.encode()).root_node
    assert not root.has_error, f"{path} cannot be parsed"
    file = Bicep(path, text)
    decorators = ""
    for node in root.named_children:
        match node.type:
            case "decorators":
                decorators = _text(node)
                continue
            case "parameter_declaration":
                default = (
                    _text(node.named_children[-1])
                    if any(child.type == "=" for child in node.children)
                    else None
                )
                file.parameters[_name(node)] = Parameter(
                    _text(node.named_children[1]), default, decorators
                )
            case "variable_declaration":
                file.variables[_name(node)] = _value(node.named_children[-1])
            case "output_declaration":
                file.outputs[_name(node)] = _text(node.named_children[-1])
        decorators = ""
    for node in _walk(root):
        if node.type in {"resource_declaration", "module_declaration"}:
            (file.modules if node.type == "module_declaration" else file.resources).append(
                _resource(node)
            )
        if node.type == "identifier" and node.parent is not None and _mentions(node, node.parent):
            file.used.add(_text(node))
    return file


def _resource(node: Node) -> Resource:
    kind, _, version = (
        _text(next(child for child in node.named_children if child.type == "string"))
        .strip("'")
        .partition("@")
    )
    body = next(each for each in _walk(node) if each.type == "object" and _is_body(each, node))
    conditions = [
        each for each in _walk(node) if each.type == "if_statement" and body in _walk(each)
    ]
    condition = _text(conditions[0].named_children[0]).strip("()") if conditions else ""
    value = _value(body)
    assert isinstance(value, dict)
    return Resource(
        _name(node),
        kind,
        version,
        value,
        any(child.type == "existing" for child in node.children),
        condition,
    )


def _is_body(each: Node, declaration: Node) -> bool:
    """Whether an object is the body: directly, or only inside `if` and `for`."""
    parent = each.parent
    while parent is not None and parent != declaration:
        if parent.type not in {"for_statement", "if_statement"}:
            return False
        parent = parent.parent
    return parent is not None


def _mentions(node: Node, parent: Node) -> bool:
    """Whether an identifier is a mention, not the name of a declaration or a property."""
    own = parent.named_children[0] == node
    return not (own and (parent.type.endswith("_declaration") or parent.type == "object_property"))


def _value(node: Node) -> Value:
    match node.type:
        case "object":
            pairs = [each for each in node.named_children if each.type == "object_property"]
            return {
                _text(pair.named_children[0]).strip("'"): _value(pair.named_children[-1])
                for pair in pairs
            }
        case "array":
            return [_value(each) for each in node.named_children if each.type != "comment"]
        case "boolean":
            return _text(node) == "true"
        case "number":
            return int(_text(node))
        case "string" if "${" not in _text(node):
            return _text(node)[1:-1]
        case _:
            return _text(node)


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.named_children:
        yield from _walk(child)


def _name(node: Node) -> str:
    return _text(next(child for child in node.named_children if child.type == "identifier"))


def _text(node: Node) -> str:
    assert node.text is not None
    return node.text.decode()


FILES = {
    path.stem: read(path)
    for path in (INFRA / "main.bicep", *sorted((INFRA / "modules").glob("*.bicep")))
}
"""Every file by its name: `main`, `app`, `storage` ..."""
