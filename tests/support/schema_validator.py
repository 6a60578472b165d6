"""Validate by JSON Schema, with the formats of strings."""

from typing import Any


def validator(schema: Any) -> Any:  # noqa: ANN401  (JSON, and a class without types)
    """Return a validator of a schema of draft 2020-12."""
    from jsonschema import (  # type: ignore[import-untyped]  # noqa: PLC0415  (two seconds; it builds parsers)
        Draft202012Validator,
    )

    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
