"""The page of a simulated world with a vault, served to a browser, with a sign-in elsewhere."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from werkzeug import Request, Response

from local.stand_in.loopback import Loopback
from shared.core.hand_over.opening import NOTHING_SHOWN
from shared.core.model.decision import Person
from shared.render.page.templates import assets
from shared.web.decisions import ACTS
from shared.web.done import Done
from shared.web.hand_over import HAND_OVER_ACTS
from shared.web.page import answer_form
from shared.web.response import GUARDS, HttpResponse, asset
from shared.web.status_page import status_page
from shared.web.visit import PageVisit
from tests.web.handing_over import DANA, INSTALLER, PAT, Site

PERSON = "X-Person"
"""The header by which the server knows who visits."""
ROLES: Mapping[Person, frozenset[str]] = {DANA: INSTALLER, PAT: frozenset()}


@dataclass
class ServedSite:
    """The page at 127.0.0.1; people sign in at localhost, which is another origin."""

    site: Site = field(default_factory=Site)
    signed_in: dict[str, timedelta] = field(default_factory=dict)
    """How long ago each person signed in, by name."""
    port: int = 0

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.root}/api"

    def answer(self, request: Request) -> Response:
        path, elsewhere = request.path, f"http://localhost:{self.port}"
        back = request.args.get("post_login_redirect_uri", "")
        if path == "/.auth/login/aad":
            assert request.args["prompt"] == "login"
            return Response(
                status=302,
                headers={"Location": request.full_path.replace(path, f"{elsewhere}/sign-in", 1)},
            )
        if path == "/sign-in":
            self.signed_in.clear()
            return Response(status=302, headers={"Location": f"{self.root}{back}"})
        name = path.rpartition("/")[2]
        if "/assets/" in path:
            return _sent(asset(assets(), name, None))
        visit = self._visit(request.headers[PERSON])
        if request.method == "POST":
            act, failed = {**ACTS, **HAND_OVER_ACTS}[name], NOTHING_SHOWN
            return _sent(answer_form(visit, act, request.get_data(), failed=failed))
        done = Done(request.args.get("done", ""), request.args.get("service", ""))
        return _sent(status_page(visit, done))

    def _visit(self, name: str) -> PageVisit:
        (person,) = (each for each in ROLES if each.name == name)
        visit = self.site.visit(person, ROLES[person], self.signed_in.get(name, timedelta(0)))
        return replace(visit, sign_in_origin=f"http://localhost:{self.port}")


def _sent(found: HttpResponse) -> Response:
    headers = GUARDS | found.headers
    return Response(
        found.body, found.status, headers, content_type=f"{found.media_type}; charset=utf-8"
    )


@contextmanager
def served() -> Iterator[ServedSite]:
    site = ServedSite()
    server = Loopback(site.answer, 0)
    site.port = server.port
    try:
        yield site
    finally:
        server.stop()
