"""What the forms about new secrets do: hand a value over, show it, withdraw it."""

from collections.abc import Mapping

from shared.config.setting_rules import PAGE_PATH
from shared.core.decisions import Refused
from shared.render.page.may_open import TOO_OLD, obstacle, sign_in_again
from shared.render.page.value_page import Shown, value_page
from shared.usecases import hand_over as values
from shared.usecases.open_value import open_value
from shared.web import hand_over_forms as forms
from shared.web import response
from shared.web.done import Done
from shared.web.form_end import later
from shared.web.forms import Fields
from shared.web.visit import Act, NotAllowed, PageVisit


def _hand_over(visit: PageVisit, form: Fields) -> Done:
    given = forms.handing_over(form)
    done = values.hand_over(visit.watch, given.service, given.value, by=visit.person)
    visit.report_check(done.check)
    return Done("hand-over" + later(done.check), done.record.service)


def _withdraw(visit: PageVisit, form: Fields) -> Done:
    given = forms.withdrawing(form)
    _require_shown(visit, given.service, given.key_id)
    done = values.withdraw(visit.watch, given.service, by=visit.person)
    visit.report_check(done.check)
    return Done("withdraw" + later(done.check), done.record.service)


def _show(visit: PageVisit, form: Fields) -> response.HttpResponse:
    given = forms.showing(form)
    lacking = obstacle(visit.visitor, visit.watch.clock())
    if lacking == TOO_OLD:
        return response.see_other(sign_in_again(PAGE_PATH, visit.tenant, given.service))
    if lacking:
        raise NotAllowed(lacking)
    _require_shown(visit, given.service, given.key_id)
    opened = open_value(visit.watch, given.service, by=visit.person, seen=given.seen)
    if opened.check is not None:
        visit.report_check(opened.check)
    shown = Shown(opened.record, opened.value, visit.person.name, PAGE_PATH, visit.tenant)
    html = visit.watch.shown_status(lambda status, at: value_page(shown, status, at))
    return response.page(html, posts_to=visit.posts_to)


def _require_shown(visit: PageVisit, service: str, key_id: str) -> None:
    """Raise `Refused` if the value is of another secret than the page showed."""
    record = visit.watch.ledger.hand_overs().get(service)
    if key_id and record is not None and record.key_id != key_id:
        raise Refused(
            f"{record.by.name} has handed over another value since you opened this page. "
            "The page below is about that value."
        )


SHOW = "show-value"
HAND_OVER_ACTS: Mapping[str, Act] = {
    "hand-over": _hand_over,
    SHOW: _show,
    "withdraw": _withdraw,
}
"""By the last part of the route; only where there is a vault."""
