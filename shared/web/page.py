"""The routes of the status page; its forms are accepted only from the page itself.

Easy Auth protects these routes, and only these. The ID token is verified again here: requests
that bypass Easy Auth look the same. A refused decision is answered with 409 and the page as it
is now.
"""

from collections.abc import Callable
from urllib.parse import urlencode

import azure.functions as func

from shared.bootstrap import hands_over, settings, token_verifier, watching
from shared.config.problems import Misconfigured
from shared.config.setting_rules import PAGE_PATH
from shared.config.settings import NoSuchTenant, Settings
from shared.core.decisions import Refused
from shared.core.hand_over.opening import NOTHING_SHOWN
from shared.ports.errors import NotSignedIn, PortError
from shared.render.page import history_query, inventory_query, listing_query, templates
from shared.web import forms, response
from shared.web.auth import may_sign_in_again, who
from shared.web.decisions import ACTS
from shared.web.done import Done
from shared.web.form_end import AlreadyDone
from shared.web.guards import unacceptable
from shared.web.hand_over import HAND_OVER_ACTS, SHOW
from shared.web.listing import listing_file, read_listing
from shared.web.log import log, report
from shared.web.request import READ, arrival
from shared.web.response import respond
from shared.web.spreadsheet import spreadsheet
from shared.web.status_page import NOTHING_SAVED, Refusal, ShownParts, status_page
from shared.web.visit import Act, NotAllowed, PageVisit

pages = func.Blueprint()  # type: ignore[no-untyped-call]  # (the SDK has no types)

SPREADSHEET = "status.csv"
"""The table for people, who have no function key."""
_STATUS = {forms.BadForm: 400, NotAllowed: 403, Refused: 409}
NOT_VERIFIED = "Your sign-in could not be verified. See the application log. Try again in a minute."


@pages.function_name("page")
@pages.route(route="page", methods=READ, auth_level=func.AuthLevel.ANONYMOUS)
def show(req: func.HttpRequest) -> func.HttpResponse:
    """Return the status page; after a form, with a notice about it."""
    done = Done(req.params.get("done", ""), req.params.get("service", ""))
    part = inventory_query.wanted(req.params)
    history = history_query.wanted_history(req.params)
    wanted = listing_query.wanted_listing(req.params)

    def answer(visit: PageVisit, configured: Settings) -> response.HttpResponse:
        found = read_listing(visit, configured, wanted)
        if found is not None and wanted.csv:
            return listing_file(found, visit)
        return status_page(visit, done, shown=ShownParts(part, history, found))

    return respond(_visited(req, answer))


@pages.function_name("page_assets")
@pages.route(route="page/assets/{name}", methods=READ, auth_level=func.AuthLevel.ANONYMOUS)
def assets(req: func.HttpRequest) -> func.HttpResponse:
    """Return the style or the script of the page, the same for everyone."""
    name, known_tag = req.route_params["name"], req.headers.get("if-none-match")
    return respond(response.asset(templates.assets(), name, known_tag))


@pages.function_name("page_forms")
@pages.route(route="page/{form}", methods=[*READ, "POST"], auth_level=func.AuthLevel.ANONYMOUS)
def decide(req: func.HttpRequest) -> func.HttpResponse:
    """Do what a form asks for, then redirect to the page.

    GET and HEAD only redirect: GET follows a sign-in that a form has caused.
    """
    name = req.route_params["form"].lower()
    if name == SPREADSHEET and req.method in READ:
        return respond(_visited(req, lambda visit, _: spreadsheet(visit.watch)))
    acts = {**ACTS, **HAND_OVER_ACTS} if hands_over() else ACTS
    act = acts.get(name)
    if act is None:
        detail = f"The page's forms are {', '.join(acts)}."
        return respond(response.problem(404, "No such form", detail))
    if req.method != "POST":
        return respond(response.see_other(address(tenant=req.params.get("tenant", ""))))

    def answer(visit: PageVisit, configured: Settings) -> response.HttpResponse:
        return unacceptable(req, configured) or answer_form(
            visit, act, req.get_body(), failed=NOTHING_SHOWN if name == SHOW else NOTHING_SAVED
        )

    return respond(_visited(req, answer))


def _visited(
    req: func.HttpRequest, answer: Callable[[PageVisit, Settings], response.HttpResponse]
) -> response.HttpResponse:
    """Return `answer` for a signed-in person; everyone else only learns how to sign in."""
    time = arrival()
    try:
        configured = settings()
        visitor = who(req.headers, token_verifier(configured))
    except NotSignedIn as error:
        log.info("page: %s", error)
        if req.method in READ and may_sign_in_again(req.headers, token_verifier(configured)):
            return response.sign_in(address(tenant=req.params.get("tenant", "")))
        return response.page(templates.not_signed_in(), 401)
    except (Misconfigured, PortError) as error:
        log.error("page: %s", error)
        return response.sorry(503, "Not available", NOT_VERIFIED)
    try:
        configured = configured.of(req.params.get("tenant", ""))
        with watching(configured, time=time) as watch:
            visit = PageVisit(
                visitor.person,
                watch,
                log.info,
                report,
                configured.page_of_tenant,
                visitor.roles,
                visitor.authenticated_at,
                configured.sign_in_origin,
            )
            return answer(visit, configured)
    except NoSuchTenant as error:
        return _which_tenant(configured, given=error.given, read=req.method in READ)
    except PortError as error:
        log.error("page: %s", error)
        return response.sorry(503, "Not available", str(error))


def _which_tenant(configured: Settings, *, given: str, read: bool) -> response.HttpResponse:
    """Return the page that lists the tenants; for a form, it says that nothing was saved."""
    names = {key: each.name or key for key, each in configured.watchlists.items()}
    problem = "This tenant is not watched. " if given else ""
    problem += "" if read else "Nothing was saved."
    status = 404 if given else 200 if read else 400
    return response.page(templates.which_tenant(names, problem=problem.strip()), status)


def answer_form(
    visit: PageVisit, act: Act, body: bytes, *, failed: str = NOTHING_SAVED
) -> response.HttpResponse:
    """Do what a form asks for, and return the answer.

    A new secret that was opened is shown in the answer itself. `failed` is what a form that was
    refused did not do.
    """
    try:
        done = act(visit, forms.fields(body))
    except AlreadyDone as error:
        return status_page(visit, error.receipt, status=409)
    except (forms.BadForm, NotAllowed, Refused) as error:
        status = next(code for kind, code in _STATUS.items() if isinstance(error, kind))
        return status_page(visit, Refusal(str(error), failed), status=status)
    if isinstance(done, response.HttpResponse):
        return done
    return response.see_other(address(tenant=visit.tenant, done=done.notice, service=done.service))


def address(**query: str) -> str:
    """Return the path of the page with a query; empty values are left out."""
    encoded = urlencode({name: value for name, value in query.items() if value})
    return f"{PAGE_PATH}?{encoded}" if encoded else PAGE_PATH
