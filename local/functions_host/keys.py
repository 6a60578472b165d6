"""The two keys of the local host: one for functions, and the master key."""

import hmac
from collections.abc import Mapping
from enum import IntEnum
from typing import Self

from local.functions_host.errors import HostError
from local.functions_host.messages import Request
from local.functions_host.targets import parameter

FUNCTION, MASTER = "LOCAL_FUNCTION_KEY", "LOCAL_MASTER_KEY"
_DEFAULTS = {FUNCTION: "local", MASTER: "local-master"}


class Level(IntEnum):
    """What a request may do. Each level includes the ones before it."""

    ANONYMOUS = 0
    FUNCTION = 1
    ADMIN = 2


class Keys:
    """The keys. Their repr does not show them."""

    __slots__ = ("_master", "function")

    def __init__(self, function: str, master: str) -> None:
        """Set the keys.

        Raises:
            HostError: one is empty, which would allow everybody, or both are the same.
        """
        for name, value in ((FUNCTION, function), (MASTER, master)):
            if not value:
                raise HostError(
                    f"{name} is set, but empty: set a value, or unset it to use `{_DEFAULTS[name]}`"
                )
        if hmac.compare_digest(function.encode(), master.encode()):
            raise HostError(
                f"{FUNCTION} and {MASTER} are the same, so the function key would open /admin: "
                "set two different values"
            )
        self.function, self._master = function, master

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> Self:
        """Return the keys in the settings, or their defaults. Raise as `Keys` does."""
        return cls(*(settings.get(name, default) for name, default in _DEFAULTS.items()))

    def level(self, request: Request) -> Level:
        """Return what the key of a request allows. The header, if present, wins over `?code=`."""
        sent = request.headers.get("x-functions-key")
        given = (sent[0] if sent else parameter(request.query, "code")).encode()
        master = hmac.compare_digest(given, self._master.encode())
        function = hmac.compare_digest(given, self.function.encode())
        return Level.ADMIN if master else Level.FUNCTION if function else Level.ANONYMOUS
