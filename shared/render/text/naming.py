"""Names of things in sentences. Ids appear only where nothing else tells two things apart."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core.model.directory import AppRecord, Credential, Kind
from shared.core.model.inventory import InventoryView
from shared.core.model.watchlist import Claim, Service
from shared.render.text.dates import date_of
from shared.render.text.escape import MAX_NAME_CHARS, clean

LISTED = 5
"""How many names or problems are listed before "and N more"."""
MAX_PROBLEM_CHARS = 300
CLIENT_ID_TAIL = 4


def noun(credential: Credential | None) -> str:
    """Return "secret" or "certificate"; "secret" where there is no credential yet."""
    is_certificate = credential is not None and credential.kind == Kind.CERTIFICATE
    return "certificate" if is_certificate else "secret"


def called(credential: Credential) -> str:
    """Return a credential's kind and name: 'secret “LibCal 2024”', or "unnamed secret"."""
    name = clean(credential.name)
    return f"{noun(credential)} “{name}”" if name else f"unnamed {noun(credential)}"


def relative_age(credential: Credential | None, other: Credential | None) -> str:
    """Return "older" for a credential that is known to have started earlier, else "other"."""
    if credential is None or other is None or credential.starts is None or other.starts is None:
        return "other"
    return "older" if credential.starts < other.starts else "other"


def described(credential: Credential, now: datetime, zone: ZoneInfo) -> str:
    """Return what tells a credential from others: 'secret “A” (begins with q7X, expires ...)'.

    A certificate has no beginning to show.
    """
    hint = clean(credential.hint, 10)
    marks = [f"begins with {hint}"] if hint else []
    if credential.ends is None:
        marks.append("does not expire")
    else:
        verb = "expired" if credential.ends <= now else "expires"
        marks.append(f"{verb} {date_of(credential.ends, zone)}")
    return f"{called(credential)} ({', '.join(marks)})"


def claim_words(claim: Claim) -> str:
    """Return what a claim asks of a credential: 'named like “LibCal*”'."""
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


def counted(number: int, thing: str) -> str:
    """Return a number and its noun: "1 service", "2 services"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def party(role: str, channels: Sequence[str]) -> str:
    """Return a role with its channels: "renewer (its)"."""
    names = listed([clean(channel) for channel in dict.fromkeys(channels)])
    return f"{role} ({names})" if channels else role


def renewer_label(service: Service) -> str:
    """Return the labels of the renewer's channels; empty without one, or if they also install."""
    known = set(service.labels.values())
    return listed([clean(each) for each in service.renewers if each in known])


def whom_to_ask(service: Service) -> str:
    """Return the label of the renewer, else the address for requests, else the role."""
    address = clean(service.request_to)
    return renewer_label(service) or address or f"the {party('renewer', service.renewers)}"


def app_name(view: InventoryView) -> str:
    """Return the app's name; its whole client id if its name cannot be read."""
    name = clean(view.listed.app_name, MAX_NAME_CHARS)
    return name or f"client id {clean(view.listed.client_id)}"


def app_label(app: AppRecord) -> str:
    """Return an app's name and the end of its client id."""
    name, tail = clean(app.name), client_id_tail(app.client_id)
    return f"{name} ({tail})" if name else tail


def client_id_tail(client_id: str) -> str:
    """Return the end of a client id, by which people know it: "client id …13d6"."""
    return f"client id …{clean(client_id)[-CLIENT_ID_TAIL:]}"


def problem_sentences(problems: Sequence[str]) -> Iterator[str]:
    """Yield a sentence for each problem, and how many more there are after the first five."""
    for problem in problems[:LISTED]:
        yield clean(problem, MAX_PROBLEM_CHARS).rstrip(".") + "."
    if len(problems) > LISTED:
        yield f"And {len(problems) - LISTED} more."


def capital(phrase: str) -> str:
    """Return `phrase` with a capital letter at its beginning."""
    return phrase[:1].upper() + phrase[1:]
