"""Guesses which services use an app from the names of what is on it: each is a claim that finds what it was made from, and nothing else.

What tells one rotation from the next is not part of a service's name: "LibCal 2024" and "LibCal (new) Nov 2026" are both LibCal's.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from shared.core.judge.claims import matches
from shared.core.judge.standing import creation_order, has_ended
from shared.core.model.directory import App, Credential
from shared.core.model.vocabulary import Kind
from shared.core.model.watchlist import Claim

LONG_ENDED = timedelta(days=90)
"""What ended longer ago, with no live successor, is nobody's service any more."""
HINT_LENGTH = 3
MIN_NAME_CHARS = 3

_MONTHS = "jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?"
_PASSING = re.compile(
    rf"[\W_]+({_MONTHS}|new|old|copy|v|version|exp|expires|expiring|expiry|ends|until|created)$",
    re.IGNORECASE,
)
_UNNAMED = re.compile(r"password uploaded on\b", re.IGNORECASE)
"""How the portal names a secret for which nobody gave a description: "Password uploaded on Mon Nov 02 2026"."""
_EDGES = " \t-_.,:;|/#+=~'\"([{<"


class Guess(NamedTuple):
    """A service that there seems to be, and the credentials that its claim finds today, newest first."""

    name: str
    """From outside: untrusted. Empty if its credential has no name."""
    claim: Claim
    found: tuple[Credential, ...]


class Guesses(NamedTuple):
    """What the credentials of an app suggest."""

    services: tuple[Guess, ...]
    """By name; those without one last."""
    left_out: tuple[Credential, ...]
    """Those that no claim finds: ended long ago, or not to be told from another's by a rule; newest first."""


class Suggested(NamedTuple):
    """A service as a watchlist could name it."""

    id: str
    """Empty where the name makes a good one by itself."""
    name: str
    claim: Claim
    found: tuple[Credential, ...]


class Suggestion(NamedTuple):
    """What a watchlist could say about an app."""

    app: App
    services: tuple[Suggested, ...]
    """At least one, so that the watchlist is complete."""
    redirect_uris: tuple[str, ...]
    other_redirect_uris: tuple[str, ...]
    """Those that a watchlist cannot watch: they are not https."""
    left_out: tuple[Credential, ...]


def guess(credentials: Iterable[Credential], now: datetime) -> Guesses:
    """Guess the services of an app from everything that is on it."""
    there = sorted(credentials, key=creation_order, reverse=True)
    groups: dict[str, list[Credential]] = {}
    for credential in there:
        base = base_name(credential.name)
        groups.setdefault(base.casefold() or f"\0{credential.key_id}", []).append(credential)
    services = []
    for group in groups.values():
        if any(not _is_long_ended(credential, now) for credential in group):
            claim = _claim(group, there)
            found = tuple(c for c in group if matches(claim, c))
            services.append(Guess(base_name(group[0].name), claim, found))
    services.sort(key=lambda each: (not each.name, each.name.casefold()))
    claimed = {credential.key_id for service in services for credential in service.found}
    return Guesses(tuple(services), tuple(c for c in there if c.key_id not in claimed))


def base_name(name: str) -> str:
    """Give what stays of a name from one rotation to the next: no number, month, or word such as "new". May be empty."""
    if _UNNAMED.match(name.strip()):
        return ""
    kept = _before_its_number(name.removeprefix("CN=")).rstrip(_EDGES)
    while (shorter := _PASSING.sub("", kept).rstrip(_EDGES)) != kept:
        kept = shorter
    kept = kept.strip().strip("\"'")
    return kept if sum(map(str.isalpha, kept)) >= MIN_NAME_CHARS else ""


def _before_its_number(name: str) -> str:
    """Cut a name at the first number that has a word before it; one that begins with a number loses that."""
    for number in re.finditer(r"\d+", name):
        if sum(map(str.isalpha, name[: number.start()])) >= MIN_NAME_CHARS:
            return name[: number.start()]
    return re.sub(r"^[\W\d_]+", "", name)


def literal(name: str) -> str:
    """Write a name as a glob that matches it: signs of globs in brackets, and for what cannot be seen, any character."""
    return "".join(
        f"[{sign}]" if sign in "*?[" else "?" if _is_invisible(sign) else sign for sign in name
    )


def _claim(group: Sequence[Credential], there: Sequence[Credential]) -> Claim:
    """Choose the widest rule that finds the whole group and nothing else of the app; else one for its newest credential alone."""
    for claim in _rules(base_name(group[0].name)):
        if [credential for credential in there if matches(claim, credential)] == group:
            return claim
    newest = group[0]
    by_hint = Claim("hint", newest.hint)
    usable = (
        newest.kind == Kind.SECRET
        and len(newest.hint) == HINT_LENGTH
        and not any(map(_is_invisible, newest.hint))
    )
    if usable and [credential for credential in there if matches(by_hint, credential)] == [newest]:
        return by_hint
    return Claim("key_id", newest.key_id)


def _rules(base: str) -> Iterator[Claim]:
    """Give the rules by which names that begin with, or have, `base` can be found, the widest first."""
    plain = literal(base)
    patterns = (f"{plain}*", f"{plain}[!a-z]*", f"{plain} [0-9]*", f"*{plain}*") if base else ()
    return (Claim("name", pattern) for pattern in patterns)


def _is_invisible(sign: str) -> bool:
    return unicodedata.category(sign).startswith("C")


def _is_long_ended(credential: Credential, now: datetime) -> bool:
    return (
        has_ended(credential, now)
        and credential.ends is not None
        and now - credential.ends > LONG_ENDED
    )
