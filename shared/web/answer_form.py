"""The answer to a form: a redirect if it succeeded, else the page now, with a sentence."""

from urllib.parse import urlencode

from shared.config.setting_rules import PAGE_PATH
from shared.core.decisions import Refused
from shared.web import forms, response
from shared.web.decisions import Act, AlreadyDone
from shared.web.hand_over import HAND_OVER_ACTS, NotAllowed
from shared.web.status_page import NOTHING_SAVED, status_page
from shared.web.visit import PageVisit

NOTHING_SHOWN = "Nothing was shown."
_STATUS = {forms.BadForm: 400, NotAllowed: 403, Refused: 409}


def answer_form(visit: PageVisit, act: Act, body: bytes) -> response.HttpResponse:
    """Do what a form asks for, and return the answer.

    A new secret that was opened is shown in the answer itself.
    """
    try:
        done = act(visit, forms.fields(body))
    except AlreadyDone as error:
        return status_page(visit, error.receipt, status=409)
    except (forms.BadForm, NotAllowed, Refused) as error:
        return _refused(visit, act, error)
    if isinstance(done, response.HttpResponse):
        return done
    return response.see_other(address(tenant=visit.tenant, done=done.notice, service=done.service))


def address(**query: str) -> str:
    """Return the path of the page with a query; empty values are left out."""
    encoded = urlencode({name: value for name, value in query.items() if value})
    return f"{PAGE_PATH}?{encoded}" if encoded else PAGE_PATH


def _refused(visit: PageVisit, act: Act, error: Exception) -> response.HttpResponse:
    """Return the page as it is now, with what did not happen and why."""
    failed = NOTHING_SHOWN if act is HAND_OVER_ACTS["show-value"] else NOTHING_SAVED
    status = next(code for kind, code in _STATUS.items() if isinstance(error, kind))
    return status_page(visit, problem=str(error), failed=failed, status=status)
