"""Credentials that a person assigned to services or to none, so that it can be taken back."""

from collections.abc import Iterator

from shared.core.judge.claims import AppContext
from shared.core.model.context import CheckContext
from shared.core.model.decision import PreviousCredential
from shared.core.model.memory import Memory
from shared.core.model.views import AssignedView
from shared.core.model.watchlist import Service


def assigned_views(app: AppContext, at: CheckContext) -> Iterator[AssignedView]:
    """Yield the credentials of an app that an assignment is in effect for."""
    for credential in app.snapshot.credentials:
        given = at.memory.assignments.get(credential.key_id)
        if given is not None and not given.withdrawn:
            kept_by = (
                each for each in app.watched.services if _keeps(each, credential.key_id, at.memory)
            )
            yield AssignedView(credential, app.snapshot.record, given, tuple(kept_by))


def _keeps(service: Service, key_id: str, memory: Memory) -> bool:
    """Return whether a person or sign-ins showed that a service uses, or used, a credential.

    A service that a pipeline installs keeps none.
    """
    if service.by_pipeline:
        return False
    in_use = memory.in_use_records.get(service.id)
    if in_use is not None and in_use.key_id == key_id and in_use.settled:
        return True
    return PreviousCredential(service.id, key_id) in memory.previous_credentials
