"""Evaluate the expressions of Azure Resource Manager that are left in a snapshot.

They ask for what only Azure knows: the cloud, and what it gives to a resource. Only the functions
that our Bicep uses are here; any other one is an error.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

IDENTITY_PRINCIPAL, DEPLOYER = "the app's identity", "who deploys"
"""What stands for the object ids of the two that get roles."""
IDENTITY_CLIENT = "0d2b7c64-6f0e-4a5c-9b39-51d7e3f8a210"
TOKEN = re.compile(r"\s*(?:'((?:[^']|'')*)'|(\w+)|(.))")


@dataclass(frozen=True)
class Cloud:
    """What `environment()` returns in one of Azure's clouds."""

    storage: str
    vault: str
    sign_in: str


GLOBAL = Cloud("core.windows.net", "vault.azure.net", "https://login.microsoftonline.com/")
CHINA = Cloud("core.chinacloudapi.cn", "vault.azure.cn", "https://login.chinacloudapi.cn/")


def value(recorded: Any, cloud: Cloud = GLOBAL) -> Any:  # noqa: ANN401  (JSON)
    """Evaluate each expression in a value."""
    match recorded:
        case dict():
            return {name: value(each, cloud) for name, each in recorded.items()}
        case list():
            return [value(each, cloud) for each in recorded]
        case str() if recorded.startswith("[") and recorded.endswith("]"):
            return _Expression(recorded[1:-1], _functions(cloud)).value()
    return recorded


class _Expression:
    """Text, numbers, calls, and the members of what a call returns: `.name`, `[0]`."""

    def __init__(self, text: str, functions: Mapping[str, Callable[..., Any]]) -> None:
        self._tokens = [match.groups() for match in TOKEN.finditer(text)]
        self._functions = functions

    def value(self) -> Any:  # noqa: ANN401  (JSON)
        text, word, sign = self._tokens.pop(0)
        if word is None:
            assert text is not None, f"unexpected {sign}"
            return text.replace("''", "'")
        if word.isdecimal():
            return int(word)
        found = self._functions[word](*self._arguments())
        while self._next() in {".", "["}:
            if self._tokens.pop(0)[2] == ".":
                found = found[self._tokens.pop(0)[1]]
            else:
                found = found[self.value()]
                self._tokens.pop(0)
        return found

    def _arguments(self) -> Iterator[Any]:
        while self._next() in {"(", ","}:
            self._tokens.pop(0)
            if self._next() != ")":
                yield self.value()
        assert self._tokens.pop(0)[2] == ")"

    def _next(self) -> str | None:
        return self._tokens[0][2] if self._tokens else None


def _functions(cloud: Cloud) -> dict[str, Callable[..., Any]]:
    environment = {
        "suffixes": {"storage": cloud.storage, "keyvaultDns": f".{cloud.vault}"},
        "authentication": {"loginEndpoint": cloud.sign_in},
    }
    return {
        "environment": lambda: environment,
        "deployer": lambda: {"objectId": DEPLOYER},
        "reference": lambda resource, _version: _reference(resource, cloud),
        "format": lambda text, *words: text.format(*words),
        "replace": lambda text, old, new: text.replace(old, new),
        "split": lambda text, sign: text.split(sign),
        "guid": lambda *parts: f"guid of {' '.join(parts)}",
        "resourceId": _resource_id,
        "extensionResourceId": lambda scope, kind, name: f"{scope}/providers/{kind}/{name}",
        # our only filter leaves out what is empty
        "filter": lambda parts, _condition: [part for part in parts if part],
        "lambda": lambda _name, condition: condition,
        "lambdaVariables": lambda _name: "",
        "not": lambda condition: not condition,
        "empty": lambda text: not text,
    }


def _reference(resource: str, cloud: Cloud) -> dict[str, Any]:
    """Return what Azure gives to a resource of ours."""
    name = resource.rpartition("/")[2]
    return {
        "principalId": IDENTITY_PRINCIPAL,
        "clientId": IDENTITY_CLIENT,
        "ConnectionString": "InstrumentationKey=0;IngestionEndpoint=https://logs.example/",
        "primaryEndpoints": {
            service: f"https://{name}.{service}.{cloud.storage}/" for service in ("blob", "table")
        },
        "vaultUri": f"https://{name}.{cloud.vault}/",
        "defaultHostName": f"{name}.azurewebsites.net",
    }


def _resource_id(subscription: str, group: str, kind: str, *names: str) -> str:
    provider, *types = kind.split("/")
    parts = "/".join(f"{each}/{name}" for each, name in zip(types, names, strict=True))
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{provider}/{parts}"
