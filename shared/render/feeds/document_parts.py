"""Parts of several JSON documents: credentials, apps, days, snoozes and hand-overs."""

from datetime import date

from shared.core.model.check_record import Read
from shared.core.model.decision import Acknowledgement
from shared.core.model.directory import AppRecord, Credential
from shared.core.model.hand_over import HandOver
from shared.render.instant import instant

type Json = dict[str, object]


def credential_document(credential: Credential | None) -> Json | None:
    """Return everything that is known of a credential; its value never is."""
    if credential is None:
        return None
    return {
        "key_id": credential.key_id,
        "kind": credential.kind,
        "name": credential.name or None,
        "hint": credential.hint or None,
        "starts": instant(credential.starts),
        "ends": instant(credential.ends),
    }


def app_document(app: AppRecord) -> Json:
    """Return the ids and the name of an app."""
    return {"client_id": app.client_id, "object_id": app.object_id or None, "name": app.name}


def read_document(read: Read) -> Json:
    """Return how much a check read, and the seconds it took."""
    return {
        "applications": read.applications,
        "credentials": read.credentials,
        "requests": read.requests,
        "seconds": read.seconds,
    }


def day_text(day: date | None) -> str | None:
    """Return a day as `2026-12-13`; `None` for `None`."""
    return None if day is None else day.isoformat()


def acknowledgement_document(given: Acknowledgement | None) -> Json | None:
    """Return a snooze: until when, why, by whom; `None` if there is none."""
    if given is None:
        return None
    return {
        "until": day_text(given.until),
        "why": given.why,
        "by": given.by.name,
        "object_id": given.by.object_id or None,
        "at": instant(given.at),
    }


def hand_over_document(record: HandOver | None) -> Json | None:
    """Return the state of a hand-over, and who did what; `None` while nothing is kept."""
    if record is None or not record.shown:
        return None
    return {
        "state": record.shown,
        "key_id": record.key_id,
        "hint": record.credential.hint or None,
        "by": record.by.name,
        "at": instant(record.at),
        "until": instant(record.until),
        "opened": [{"by": each.by.name, "at": instant(each.at)} for each in record.opened],
    }
