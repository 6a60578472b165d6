"""Read the forms about new secrets. A value becomes a `Secret` at once, and is in no error."""

import re
from dataclasses import dataclass

from shared.core.model.secret import Secret
from shared.web.forms import Fields, bad, key_id_of, one_of, service_of

_SEEN = re.compile(r"[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class HandingOver:
    """The value of a new secret of a service."""

    service: str
    value: Secret


@dataclass(frozen=True, slots=True)
class Showing:
    """A value is to be shown."""

    service: str
    key_id: str
    """Of the secret that the page named; empty if it named none."""
    seen: int
    """How often the value had been opened, as the page showed it."""


@dataclass(frozen=True, slots=True)
class Withdrawing:
    """A value is to be deleted."""

    service: str
    key_id: str
    """As in `Showing`."""


def handing_over(form: Fields) -> HandingOver:
    """Return a value. Raises `BadForm`."""
    return HandingOver(service_of(form), Secret(one_of(form, "value")))


def showing(form: Fields) -> Showing:
    """Return what is to be shown. Raises `BadForm`."""
    seen = one_of(form, "seen") if "seen" in form else "0"
    if not _SEEN.fullmatch(seen):
        raise bad("seen", "the number of times that the value has been opened")
    return Showing(service_of(form), _key_id(form), int(seen))


def withdrawing(form: Fields) -> Withdrawing:
    """Return what is to be withdrawn. Raises `BadForm`."""
    return Withdrawing(service_of(form), _key_id(form))


def _key_id(form: Fields) -> str:
    return key_id_of(form) if "key_id" in form else ""
