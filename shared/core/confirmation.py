"""The rows that a confirmation writes besides the credential in use."""

from collections.abc import Iterator
from dataclasses import replace

from shared.core.judge.claims import claimed_by
from shared.core.model.age import creation_order, started_after
from shared.core.model.context import AppSnapshot, CheckContext
from shared.core.model.decision import Assignment, Person, PreviousCredential
from shared.core.model.directory import Credential
from shared.core.model.memory import Memory
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss


def superseded(
    view: ServiceView, newer: Credential, memory: Memory
) -> Iterator[PreviousCredential]:
    """Yield the credential that a newer one replaces: it stays the service's own.

    One that was confirmed by mistake does not: the undo confirms an older one.
    """
    record = memory.in_use_records.get(view.service.id)
    if record is not None and view.in_use is not None and started_after(newer, view.in_use):
        yield PreviousCredential(view.service.id, record.key_id)


def lost_before(view: ServiceView, memory: Memory) -> Credential | None:
    """Return what the service used before a person confirmed the one in use, if it is lost.

    It has expired or was deleted since, and no other older one is live. If the confirmation was a
    mistake, the service does not work, and only an undo makes Lapsewatch notify people of that.
    """
    record, used = view.in_use_record, view.in_use
    if record is None or record.by is None or used is None or view.loss != Loss.NONE:
        return None
    before = (each for each in memory.previous_credentials if each.service == view.service.id)
    known = (memory.credential_records.get(each.key_id) for each in before)
    older = (
        each.credential
        for each in known
        if each is not None and started_after(used, each.credential)
    )
    return None if view.leftovers else max(older, key=creation_order, default=None)


def assigned(
    view: ServiceView, credential: Credential, app: AppSnapshot, at: CheckContext, by: Person
) -> Iterator[Assignment]:
    """Yield the assignment of the credential, unless it already belongs to some service.

    If a person has assigned it to other services only, it becomes this service's too.
    """
    watched = next(each for each in at.watchlist.apps if each.key == app.record.key)
    before = at.memory.assignments.get(credential.key_id)
    services = before.services if before is not None and not before.withdrawn else ()
    claimed = claimed_by(credential, watched.services, at.memory).services
    if not claimed or (services and view.service.id not in services):
        version = before.version if before else ""
        services = (*services, view.service.id)
        yield Assignment(credential.key_id, services, at.now, by, version=version)


def withdrawn(view: ServiceView, memory: Memory) -> Iterator[Assignment]:
    """Yield the assignment that the confirmation before an undo made, without this service."""
    record = memory.in_use_records.get(view.service.id)
    made = memory.assignments.get(record.key_id) if record is not None else None
    if record is None or made is None or made.at != record.at:
        return
    if record.service in made.services:
        others = tuple(service for service in made.services if service != record.service)
        yield replace(made, services=others) if others else replace(made, withdrawn=True)
