"""Take back a decision: a pause of reminders, or an assignment.

A confirmation is undone by confirming the older credential, in `decisions`.
"""

from dataclasses import replace

from shared.core.decisions import Refused
from shared.core.model.context import CheckContext
from shared.core.model.decision import Decision, DecisionKind, Person
from shared.core.model.decision_changes import DecisionChanges
from shared.core.model.judgement import Judgement
from shared.core.model.views import ServiceView


def cancel(view: ServiceView, at: CheckContext, *, by: Person) -> DecisionChanges:
    """Take back the pause of a service: reminders go on. Raises `Refused` if there is none."""
    service, given = view.service, view.acknowledged
    if given is None:
        raise Refused(
            f"Reminders of {service.name} are not snoozed, so there is nothing to take back. "
            "Nothing was saved."
        )
    taken_back = replace(given, situation="", at=at.now, by=by)
    decision = Decision(at.now, DecisionKind.CANCEL, by, (service.id,))
    return DecisionChanges(decision, acknowledgements=(taken_back,))


def reopen(key_id: str, judgement: Judgement, at: CheckContext, *, by: Person) -> DecisionChanges:
    """Take back the assignment of a credential, to services or to none: the rules decide again.

    What a check assumed from it goes too: that a service without another credential uses it.

    Raises:
        Refused: Nobody assigned it, or a service that it was confirmed for keeps it.
    """
    view = next((each for each in judgement.assigned if each.credential.key_id == key_id), None)
    if view is None:
        raise Refused(
            f"Credential {key_id} is not assigned by a person, so there is nothing to take back. "
            "Nothing was saved."
        )
    if view.kept_by:
        names = ", ".join(service.name for service in view.kept_by)
        raise Refused(
            f"Credential {key_id} is or was in use by {names}, so it stays assigned. "
            "To change what is in use, confirm another one. Nothing was saved."
        )
    given = replace(view.given, at=at.now, by=by, withdrawn=True)
    services = view.given.services
    decision = Decision(at.now, DecisionKind.REOPEN, by, services, key_id)
    in_use = (at.memory.in_use_records.get(service) for service in services)
    dropped = tuple(each for each in in_use if each and each.key_id == key_id and not each.settled)
    return DecisionChanges(decision, assignments=(given,), dropped=dropped)
