"""What the forms of the status page do: confirm, acknowledge, claim and check; or take it back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from shared.core.decisions import Refused
from shared.core.model.check_record import Outcome
from shared.core.model.inventory import InventoryItem
from shared.core.model.views import AssignedView, ServiceView, UnclaimedView
from shared.core.model.vocabulary import Loss
from shared.core.results import Status
from shared.render.page import flash
from shared.usecases import decisions
from shared.web import forms
from shared.web.done import Done
from shared.web.form_end import AlreadyDone, later
from shared.web.visit import Act, PageVisit


def _confirm(visit: PageVisit, form: forms.Fields) -> Done:
    given = forms.confirming(form)
    try:
        done = decisions.confirm(
            visit.watch, given.service, given.key_id, by=visit.person, shown=given.shown
        )
    except Refused:
        view = _already_confirmed(visit, given)
        if view is None:
            raise
        now, zone = visit.watch.clock(), visit.watch.watchlist.zone
        raise AlreadyDone(flash.already(view, now, zone)) from None
    visit.report_check(done.check)
    notice = "undo" if done.undo else "confirm"
    return Done(notice + later(done.check), given.service)


def _already_confirmed(visit: PageVisit, given: forms.Confirming) -> ServiceView | None:
    """Return the service if a person has already confirmed what the form says, else `None`.

    Reads the app now.
    """
    for view in visit.watch.status(live=True).judgement.services:
        record = view.in_use_record
        by_a_person = record is not None and record.by is not None
        if view.service.id == given.service and by_a_person and _is_in_use(view, given):
            return view
    return None


def _is_in_use(view: ServiceView, given: forms.Confirming) -> bool:
    if view.in_use is None or view.loss != Loss.NONE:
        return False
    return view.in_use.key_id == given.key_id and given.shown.is_of(view.in_use)


def _acknowledge(visit: PageVisit, form: forms.Fields) -> Done:
    if forms.takes_back(form):
        service = forms.cancelling(form)
        done = decisions.cancel(visit.watch, service, by=visit.person)
        visit.report_check(done.check)
        return Done("cancel" + later(done.check), _only(done.decided.decision.services))
    given = forms.acknowledging(form)
    done = decisions.acknowledge(
        visit.watch, given.service, given.until, given.why, by=visit.person
    )
    visit.report_check(done.check)
    return Done("acknowledge" + later(done.check), _only(done.decided.decision.services))


def _claim(visit: PageVisit, form: forms.Fields) -> Done:
    if forms.takes_back(form):
        return _reopen(visit, forms.reopening(form))
    given = forms.claiming(form)
    status = visit.watch.status()
    shown = chain[UnclaimedView | InventoryItem](
        status.judgement.unclaimed, _of_tenant(status, ignored=False)
    )
    _require_shown(given, shown, "already been assigned")
    done = decisions.claim(visit.watch, given.key_id, given.services, by=visit.person)
    visit.report_check(done.check)
    return Done("claim" + later(done.check), _only(given.services))


def _reopen(visit: PageVisit, given: forms.Reopening) -> Done:
    status = visit.watch.status()
    shown = chain[AssignedView | InventoryItem](
        status.judgement.assigned, _of_tenant(status, ignored=True)
    )
    _require_shown(given, shown, "already been taken back")
    done = decisions.reopen(visit.watch, given.key_id, by=visit.person)
    visit.report_check(done.check)
    return Done("reopen" + later(done.check), _only(done.decided.decision.services))


def _of_tenant(status: Status, *, ignored: bool) -> Iterator[InventoryItem]:
    """Yield the credentials of the tenant that are ignored, or those that are not."""
    for view in status.inventory.views if status.inventory is not None else ():
        if (view.ignored is not None) == ignored:
            yield view.listed


def _require_shown(
    given: forms.Claiming | forms.Reopening,
    views: Iterable[UnclaimedView | AssignedView | InventoryItem],
    already: str,
) -> None:
    """Raise `Refused` unless one of the views has the credential, as the page showed it."""
    same = [each.credential for each in views if each.credential.key_id == given.key_id]
    if not any(given.shown.is_of(credential) for credential in same):
        raise Refused(
            f"Credential {given.key_id} has {already} or has changed. "
            "Nothing was saved; reload the page."
        )


def _only(services: Sequence[str]) -> str:
    return services[0] if len(services) == 1 else ""


def _check(visit: PageVisit, _: forms.Fields) -> Done:
    result = visit.watch.check(visit.log, whole=False)
    visit.report_check(result)
    if result.outcome == Outcome.BUSY:
        raise Refused("A check is already running. Try again in a minute.")
    if result.outcome == Outcome.FAILED:
        raise Refused(f"The check failed. {result.error}")
    return Done("check" + later(result))


ACTS: Mapping[str, Act] = {
    "confirm": _confirm,
    "acknowledge": _acknowledge,
    "claim": _claim,
    "check": _check,
}
"""By the last part of the route."""
