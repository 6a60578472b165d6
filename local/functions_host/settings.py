"""Settings of the host: local.settings.json and the environment, which wins."""

import contextlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from local.functions_host.errors import HostError

_SETTING = re.compile(r"%([^%]+)%")


@contextlib.contextmanager
def environment(app: Path, given: Mapping[str, str], port: int) -> Iterator[None]:
    """Set the environment that the worker process gets, and restore it at the end.

    `given` wins over the variables of this process, and these win over local.settings.json.
    """
    before = dict(os.environ)
    host = {"WEBSITE_HOSTNAME": f"127.0.0.1:{port}"}  # as Azure and Core Tools do
    os.environ.update({**host, **_local_values(app), **before, **given})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def resolved(text: str) -> str:
    """Replace each `%NAME%` by that setting. Raise `HostError` if one is missing or empty."""

    def value(found: re.Match[str]) -> str:
        if not os.environ.get(found[1]):
            raise HostError(
                f"'{found[0]}' does not resolve to a value. "
                f"Set {found[1]} in the environment or in local.settings.json."
            )
        return os.environ[found[1]]

    return _SETTING.sub(value, text)


def seconds(name: str, default: float) -> float:
    """Return the seconds that a setting names. Raise `HostError` if it is no such number."""
    text = os.environ.get(name, str(default))
    if not re.fullmatch(r"\d{1,5}(\.\d+)?", text, re.ASCII):
        raise HostError(f"{name} is {text!r}: set a number of seconds, such as {default:g}")
    return float(text)


def _local_values(app: Path) -> dict[str, str]:
    path = app / "local.settings.json"
    if not path.is_file():
        return {}
    content = read(path)
    if content.get("IsEncrypted"):
        raise HostError(f"{path} is encrypted: decrypt it with `func settings decrypt`")
    values = content.get("Values", {})
    if not isinstance(values, dict):
        raise HostError(f"{path}: Values is not a JSON object")
    for name, value in values.items():
        if not isinstance(value, str):
            raise HostError(f"{path}: the value of {name} is not a text in quotes")
    return {name: str(value) for name, value in values.items()}


def read(path: Path) -> dict[str, object]:
    """Read a JSON object. Raise `HostError` if the file is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise HostError(f"{path} is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise HostError(f"{path} is not a JSON object")
    return content
