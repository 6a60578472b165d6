"""What of an app cannot run: a strict host refuses the app, another one logs it and goes on."""

import logging

from local.functions_host.errors import HostError
from local.functions_host.functions import Function

_BUILT_IN = {"http", "httptrigger", "timertrigger"}
_log = logging.getLogger(__name__)


class Refusals:
    """The functions that are off, and why."""

    def __init__(self, *, strict: bool) -> None:
        """Start with none."""
        self._strict = strict
        self.reasons: dict[str, str] = {}
        """By the name of the function."""

    def all(self, error: HostError, what: str) -> None:
        """Note that no function runs. Raise the error if the host is strict."""
        if self._strict:
            raise error
        _log.error("%s: %s", what, "\n".join((str(error), *getattr(error, "__notes__", ()))))

    def turn_off(self, function: Function, why: str) -> None:
        """Leave out a function that cannot be registered. Raise `HostError` if strict."""
        if self._strict:
            raise HostError(f"The '{function.name}' function is in error: {why}")
        self.leave_off(function, why)

    def leave_off(self, function: Function, why: str) -> None:
        """Leave out a function for want of storage, which no test of an app has to have."""
        _log.error("The '%s' function is in error: %s", function.name, why)
        self.reasons[function.name] = why

    def without_bundle(self, function: Function) -> bool:
        """Return whether a function needs no extension bundle; turn it off otherwise."""
        for binding in (function.trigger, *function.outputs.values()):
            if str(binding["type"]).lower() not in _BUILT_IN:
                missing = f"The binding type(s) '{binding['type']}' are not registered"
                self.turn_off(function, f"{missing}: host.json has no extensionBundle")
                return False
        return True
