"""Settings of the host: host.json, local.settings.json and the environment, which wins."""

import contextlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from local.functions_host.errors import HostError

_SETTING = re.compile(r"%([^%]+)%")


def host_json(app: Path) -> dict[str, object]:
    """Return the content of host.json."""
    path = app / "host.json"
    if not path.is_file():
        raise HostError(f"there is no host.json in {app}: is it the folder of a Functions app?")
    return _read(path)


def route_prefix(app: Path) -> str:
    """Return the prefix of all routes from host.json (default: `api`)."""
    http = _object(_object(host_json(app), "extensions"), "http")
    return str(http.get("routePrefix", "api")).strip("/")


@contextlib.contextmanager
def inside(app: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Change to the app's folder, its import path and its settings, as the worker in Azure does.

    `environment` wins over the variables of this process, and these win over local.settings.json.
    Everything is restored at the end.
    """
    before = dict(os.environ)
    os.environ.update({**_local_values(app), **before, **environment})
    sys.path.insert(0, str(app))
    try:
        with contextlib.chdir(app):
            yield
    finally:
        sys.path.remove(str(app))
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


def _local_values(app: Path) -> dict[str, str]:
    path = app / "local.settings.json"
    if not path.is_file():
        return {}
    content = _read(path)
    if content.get("IsEncrypted"):
        raise HostError(f"{path} is encrypted: decrypt it with `func settings decrypt`")
    values = _object(content, "Values")
    for name, value in values.items():
        if not isinstance(value, str):
            raise HostError(f"{path}: the value of {name} is not a text in quotes")
    return {name: str(value) for name, value in values.items()}


def _read(path: Path) -> dict[str, object]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise HostError(f"{path} is not JSON: {error}") from None
    return _object({path.name: content}, path.name)


def _object(content: Mapping[str, object], name: str) -> dict[str, object]:
    value = content.get(name, {})
    if not isinstance(value, dict):
        raise HostError(f"{name} is not a JSON object")
    return value
