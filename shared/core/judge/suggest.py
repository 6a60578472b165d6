"""Guess the services of an app from the names of its credentials.

Each guess is a claim that matches the credentials it was made from, and no others. Whatever
changes from one rotation to the next is not part of a service's name: "LibCal 2024" and
"LibCal (new) Nov 2026" both belong to LibCal.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.core.judge.claims import matches
from shared.core.model.age import creation_order
from shared.core.model.directory import App, Credential, Kind
from shared.core.model.watchlist import Claim

LONG_ENDED = timedelta(days=90)
"""A group of credentials that all expired longer ago belongs to no current service."""
HINT_LENGTH = 3
MIN_NAME_CHARS = 3

_MONTHS = (
    "jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|"
    "aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?"
)
_PASSING = re.compile(
    rf"[\W_]+({_MONTHS}|new|old|copy|v|version|exp|expires|expiring|expiry|ends|until|created)$",
    re.IGNORECASE,
)
_UNNAMED = re.compile(r"password uploaded on\b", re.IGNORECASE)
"""The portal names a secret without description "Password uploaded on Mon Nov 02 2026"."""
_EDGES = " \t-_.,:;|/#+=~'\"([{<"


class Guess(NamedTuple):
    """A probable service, and the credentials that its claim matches today, newest first."""

    name: str
    """Untrusted. Empty if the credential has no name."""
    claim: Claim
    found: tuple[Credential, ...]


class Guesses(NamedTuple):
    """What the credentials of an app suggest."""

    services: tuple[Guess, ...]
    """By name; those without a name last."""
    left_out: tuple[Credential, ...]
    """Credentials that no claim matches, newest first.

    They expired long ago, or no rule tells them from another service's.
    """


class Suggested(NamedTuple):
    """A service as a watchlist could name it."""

    id: str
    """Empty where the id can be made from the name."""
    name: str
    claim: Claim
    found: tuple[Credential, ...]


class Suggestion(NamedTuple):
    """What a watchlist could contain about an app."""

    app: App
    services: tuple[Suggested, ...]
    """At least one, so that the watchlist is complete."""
    redirect_uris: tuple[str, ...]
    other_redirect_uris: tuple[str, ...]
    """URIs that cannot be watched: they are not https."""
    left_out: tuple[Credential, ...]


def guess(credentials: Iterable[Credential], now: datetime) -> Guesses:
    """Guess the services of an app from all of its credentials."""
    present = sorted(credentials, key=creation_order, reverse=True)
    groups: dict[str, list[Credential]] = {}
    for credential in present:
        base = base_name(credential.name)
        groups.setdefault(base.casefold() or f"\0{credential.key_id}", []).append(credential)
    services = []
    for group in groups.values():
        if any(not _is_long_ended(credential, now) for credential in group):
            claim = _claim(group, present)
            found = tuple(c for c in group if matches(claim, c))
            services.append(Guess(base_name(group[0].name), claim, found))
    services.sort(key=lambda each: (not each.name, each.name.casefold()))
    claimed = {credential.key_id for service in services for credential in service.found}
    return Guesses(tuple(services), tuple(c for c in present if c.key_id not in claimed))


def base_name(name: str) -> str:
    """Return the part of a name that stays the same from one rotation to the next.

    Without numbers, months, and words like "new"; it may be empty.
    """
    if _UNNAMED.match(name.strip()):
        return ""
    kept = _before_number(name.removeprefix("CN=")).rstrip(_EDGES)
    while (shorter := _PASSING.sub("", kept).rstrip(_EDGES)) != kept:
        kept = shorter
    kept = kept.strip().strip("\"'")
    return kept if sum(map(str.isalpha, kept)) >= MIN_NAME_CHARS else ""


def _before_number(name: str) -> str:
    """Cut a name at the first number after a word; remove a number at the beginning."""
    for number in re.finditer(r"\d+", name):
        if sum(map(str.isalpha, name[: number.start()])) >= MIN_NAME_CHARS:
            return name[: number.start()]
    return re.sub(r"^[\W\d_]+", "", name)


def literal(name: str) -> str:
    """Return a pattern that matches a name: "*" for each invisible character."""
    return "".join("*" if _is_invisible(char) else char for char in name)


def _claim(group: Sequence[Credential], present: Sequence[Credential]) -> Claim:
    """Return the widest rule for the whole group only; else one for its newest credential."""
    for claim in _rules(base_name(group[0].name)):
        if [credential for credential in present if matches(claim, credential)] == group:
            return claim
    newest = group[0]
    hint = newest.hint
    usable = newest.kind == Kind.SECRET and len(hint) == HINT_LENGTH
    by_hint = Claim("hint", hint)
    found = [credential for credential in present if matches(by_hint, credential)]
    if usable and found == [newest] and not any(map(_is_invisible, hint)):
        return by_hint
    return Claim("key_id", newest.key_id)


def _rules(base: str) -> Iterator[Claim]:
    """Return rules for names that begin with or contain `base`, the widest first."""
    plain = literal(base)
    patterns = (f"{plain}*", f"{plain} *", f"{plain} 20*", f"*{plain}*") if base else ()
    return (Claim("name", pattern) for pattern in patterns)


def _is_invisible(char: str) -> bool:
    category = unicodedata.category(char)
    return category.startswith("C") or category in {"Zl", "Zp"}


def _is_long_ended(credential: Credential, now: datetime) -> bool:
    return credential.ends is not None and now - credential.ends > LONG_ENDED
