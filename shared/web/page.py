"""The status page and its forms: for people who are signed in; forms only from the page itself.

In front of these routes, and of these only, is Easy Auth; whom it lets in is verified here once more, since whatever comes
past it looks the same to us. A decision is refused (409) with the page as it is now.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

import azure.functions as func

from shared.bootstrap import settings, token_verifier, watching
from shared.config.problems import Misconfigured
from shared.config.setting_rules import PAGE_PATH
from shared.config.settings import NoSuchTenant, Settings
from shared.core.decisions import Refused
from shared.core.model.check_record import Outcome
from shared.core.model.context import CheckContext
from shared.core.model.decision import Person
from shared.core.model.views import ServiceView
from shared.core.model.vocabulary import Loss
from shared.core.results import CheckResult
from shared.ports.errors import NotSignedIn, PortError
from shared.render.page import flash, inventory, page
from shared.usecases import decisions
from shared.usecases.check import Watch
from shared.web import forms
from shared.web import response as answers
from shared.web.auth import from_own_page, who
from shared.web.log import log, report
from shared.web.request import ANSWER_WITHIN
from shared.web.response import respond

pages = func.Blueprint()  # type: ignore[no-untyped-call]  # (the SDK leaves it without types)


@dataclass(frozen=True, slots=True)
class PageVisit:
    """A signed-in person, in front of the program."""

    person: Person
    watch: Watch

    @property
    def tenant(self) -> str:
        """What names the tenant in links; empty where there is only one."""
        return self.watch.watchlist.key if self.watch.watchlist.name else ""

    def report(self, result: CheckResult) -> None:
        """Log a check that this person brought about."""
        report(result, self.watch.watchlist.key)


@pages.function_name("page")
@pages.route(route="page", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def show(req: func.HttpRequest) -> func.HttpResponse:
    """The status page; after a form, with a word on what became of it."""
    did = Did(req.params.get("done", ""), req.params.get("service", ""))
    part = inventory.wanted(req.params)
    return respond(_visited(req, lambda visit, _: _page(visit, did, part=part)))


@pages.function_name("page_assets")
@pages.route(route="page/assets/{name}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def assets(req: func.HttpRequest) -> func.HttpResponse:
    """Style and script of the page, the same for everybody."""
    return respond(
        answers.asset(page.assets(), req.route_params["name"], req.headers.get("if-none-match"))
    )


@pages.function_name("page_forms")
@pages.route(route="page/{form}", methods=["GET", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
def decide(req: func.HttpRequest) -> func.HttpResponse:
    """Do what a form says, and go back to the page. GET, as after a sign-in that a form has brought about, leads there too."""
    act = _ACTS.get(req.route_params["form"].lower())
    if act is None:
        return respond(
            answers.problem(404, "No such form", f"The page's forms are {', '.join(_ACTS)}.")
        )
    if req.method == "GET":
        return respond(answers.see_other(_address(tenant=req.params.get("tenant", ""))))
    return respond(
        _visited(
            req,
            lambda visit, configured: (
                _misplaced(req, configured) or _decided(visit, act, req.get_body())
            ),
        )
    )


def _visited(
    req: func.HttpRequest, answer: Callable[[PageVisit, Settings], answers.HttpResponse]
) -> answers.HttpResponse:
    """Answer a person who is signed in; say to everybody else no more than how to become one."""
    try:
        configured = settings()
        person = who(req.headers, token_verifier(configured))
    except NotSignedIn as error:
        log.info("page: %s", error)
        return answers.page(page.not_signed_in(), 401)
    except (Misconfigured, PortError) as error:
        log.error("page: %s", error)
        return answers.sorry(
            503,
            "Not available",
            "Lapsewatch cannot find out who you are; its log says why. Try again in a minute.",
        )
    try:
        configured = configured.of(req.params.get("tenant", ""))
        with watching(configured, within=ANSWER_WITHIN) as watch:
            return answer(PageVisit(person, watch), configured)
    except NoSuchTenant as error:
        names = {key: each.name or key for key, each in configured.watchlists.items()}
        return answers.page(page.which_tenant(names), 404 if error.given else 200)
    except PortError as error:
        log.error("page: %s", error)
        return answers.sorry(503, "Not available", str(error))


def _misplaced(req: func.HttpRequest, configured: Settings) -> answers.HttpResponse | None:
    """Refuse what the page's own forms never send; give nothing for what they may."""
    if not from_own_page(req.headers, page_url=configured.page_url, asked=req.url):
        return answers.problem(
            403,
            "Not from the page",
            "The form did not come from the status page itself. Nothing was recorded.",
        )
    if len(req.get_body()) > forms.MAX_FORM_BYTES:
        return answers.problem(
            413,
            "Too large",
            f"A form has {forms.MAX_FORM_BYTES} bytes at most. Nothing was recorded.",
        )
    if req.headers.get("content-type", "").partition(";")[0].strip().lower() != forms.MEDIA_TYPE:
        return answers.problem(
            415,
            "Not a form",
            f"Expected the content type {forms.MEDIA_TYPE}. Nothing was recorded.",
        )
    return None


class Did(NamedTuple):
    """What a form did: the name of its notice, and the service that it is about, if it is about one."""

    notice: str
    service: str = ""


class Already(Exception):
    """What a form asks for is so already."""

    def __init__(self, receipt: flash.Receipt) -> None:
        """`receipt` says since when, and by whom."""
        super().__init__(receipt.text)
        self.receipt = receipt


type Act = Callable[[PageVisit, forms.Fields], Did]


def _decided(visit: PageVisit, act: Act, body: bytes) -> answers.HttpResponse:
    try:
        did = act(visit, forms.fields(body))
    except forms.BadForm as error:
        return _page(visit, problem=str(error), status=400)
    except Already as error:
        return _page(visit, error.receipt, status=409)
    except Refused as error:
        return _page(visit, problem=str(error), status=409)
    return answers.see_other(_address(tenant=visit.tenant, done=did.notice, service=did.service))


def _address(**query: str) -> str:
    """Give the page's path with what is not empty of a query."""
    said = urlencode({name: value for name, value in query.items() if value})
    return f"{PAGE_PATH}?{said}" if said else PAGE_PATH


def _confirm(visit: PageVisit, form: forms.Fields) -> Did:
    given = forms.confirming(form)
    try:
        done = decisions.confirm(
            visit.watch, given.service, given.key_id, by=visit.person, shown=given.shown
        )
    except Refused:
        if (view := _confirmed(visit, given)) is not None:
            raise Already(
                flash.already(view, visit.watch.clock(), visit.watch.watchlist.zone)
            ) from None
        raise
    visit.report(done.check)
    what = "undo" if done.undo else "confirm"
    return Did(what if done.check.everyone_notified else what + flash.LATER, given.service)


def _confirmed(visit: PageVisit, given: forms.Confirming) -> ServiceView | None:
    """Give the service if it is as the form says, as the app is now, because somebody has confirmed it; else nothing."""
    view = next(
        (
            each
            for each in visit.watch.status(live=True).judgement.services
            if each.service.id == given.service
        ),
        None,
    )
    if (
        view is None
        or view.in_use is None
        or view.in_use_record is None
        or view.in_use_record.by is None
        or view.loss != Loss.NONE
    ):
        return None
    same = (view.in_use.key_id, view.in_use.hint, view.in_use.ends) == (
        given.key_id,
        given.shown.hint,
        given.shown.ends,
    )
    return view if same else None


def _acknowledge(visit: PageVisit, form: forms.Fields) -> Did:
    given = forms.acknowledging(form)
    visit.report(
        decisions.acknowledge(
            visit.watch, given.service, given.until, given.why, by=visit.person
        ).check
    )
    return Did("acknowledge", given.service)


def _claim(visit: PageVisit, form: forms.Fields) -> Did:
    given = forms.claiming(form)
    unclaimed = {
        view.credential.key_id: view.credential for view in visit.watch.status().judgement.unclaimed
    }
    shown = unclaimed.get(given.key_id)
    if shown is None or (shown.hint, shown.ends) != (given.shown.hint, given.shown.ends):
        raise Refused(
            f"Whose the credential {given.key_id} is, is not open any more. Nothing was recorded; please look again."
        )
    visit.report(decisions.claim(visit.watch, given.key_id, given.services, by=visit.person).check)
    return Did("claim", given.services[0] if len(given.services) == 1 else "")


def _check(visit: PageVisit, _: forms.Fields) -> Did:
    result = visit.watch.check(log.info, whole=False)
    visit.report(result)
    if result.outcome == Outcome.BUSY:
        raise Refused("A check is running already. Look again in a minute.")
    if result.outcome == Outcome.FAILED:
        raise Refused(f"The check failed, so nothing new is known. {result.error}")
    return Did("check")


_ACTS: Mapping[str, Act] = {
    "confirm": _confirm,
    "acknowledge": _acknowledge,
    "claim": _claim,
    "check": _check,
}


def _page(
    visit: PageVisit,
    said: Did | flash.Receipt | None = None,
    *,
    problem: str = "",
    status: int = 200,
    part: inventory.Wanted = inventory.WHOLE,
) -> answers.HttpResponse:
    """Give the page as things are now, with what is `said` of a form: the words of it, or what it did."""
    watch, found = visit.watch, visit.watch.status()
    at = CheckContext(watch.watchlist, watch.ledger.load(), found.judgement.now, found.last_checks)
    histories = watch.ledger.decisions(*watch.watchlist.services)
    notice = (
        flash.receipt(said.notice, said.service, found.judgement, watch.watchlist)
        if isinstance(said, Did)
        else said
    )
    problem = flash.refusal(problem)
    data = page.PageData(
        found,
        at,
        histories,
        visit.person,
        notice,
        problem,
        part,
        tenant=visit.tenant,
        base=PAGE_PATH,
    )
    return answers.page(page.page(data), status)
