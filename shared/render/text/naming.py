"""Everything is called by a name that people know; ids are shown only where nothing else tells two things apart."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.model.directory import Credential
from shared.core.model.views import RemovedView
from shared.core.model.vocabulary import Kind
from shared.core.model.watchlist import Claim
from shared.render.text.dates import full_day
from shared.render.text.escape import clean

LISTED = 5
"""How many credentials or addresses a sentence names before it says "and N more"."""
CLIENT_ID_TAIL = 4
CHANNEL = "channel:"
"""How the item of a channel that was removed begins."""


def noun(credential: Credential | None) -> str:
    """Say "secret" or "certificate"; "secret" where there is no credential yet."""
    return (
        "certificate"
        if credential is not None and credential.kind == Kind.CERTIFICATE
        else "secret"
    )


def called(credential: Credential) -> str:
    """Give a credential's name and kind: 'secret “LibCal 2024”', or "unnamed secret"."""
    name = clean(credential.name)
    return f"{noun(credential)} “{name}”" if name else f"unnamed {noun(credential)}"


def described(credential: Credential, now: datetime, zone: ZoneInfo) -> str:
    """Tell a credential from its siblings: 'secret “LibCal 2024” (begins with q7X, ends 13 Dec 2026)'. A certificate has no hint."""
    hint = clean(credential.hint, 10)
    marks = [f"begins with {hint}"] if hint else []
    if credential.ends is None:
        marks.append("does not expire")
    else:
        marks.append(
            f"{'ended' if credential.ends <= now else 'ends'} {full_day(credential.ends.astimezone(zone).date())}"
        )
    return f"{called(credential)} ({', '.join(marks)})"


def claim_words(claim: Claim) -> str:
    """Say what a claim asks of a credential: 'named like “LibCal*”'."""
    value = clean(claim.value)
    match claim.by:
        case "name":
            return f"named like “{value}”"
        case "hint":
            return f"that begins with {value}"
        case "key_id":
            return f"with the key id {value}"


def listed(names: Sequence[str], joint: str = "and") -> str:
    """Join names into a phrase: "A", "A and B", "A, B and C", and after five "and N more"."""
    if len(names) > LISTED:
        names = (*names[:LISTED], f"{len(names) - LISTED} more")
    *before, last = names or ("",)
    return f"{', '.join(before)} {joint} {last}" if before else last


def party(role: str, channels: Sequence[str]) -> str:
    """Name a role with the channels behind it: "renewer (its)"."""
    return (
        f"{role} ({listed([clean(channel) for channel in dict.fromkeys(channels)])})"
        if channels
        else role
    )


def channel_of(view: RemovedView) -> str:
    """Name the channel that is no longer on the watchlist; empty if it is a service that is not."""
    return clean(view.item.removeprefix(CHANNEL)) if view.item.startswith(CHANNEL) else ""


def client_id_tail(client_id: str) -> str:
    """Give the end of a client id, by which people know it: "client id …13d6"."""
    return f"client id …{clean(client_id)[-CLIENT_ID_TAIL:]}"


def capital(phrase: str) -> str:
    """Begin a sentence with `phrase`."""
    return phrase[:1].upper() + phrase[1:]
