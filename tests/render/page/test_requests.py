"""The requests on the page: each stands once, and leads people to it from everywhere else."""

import re
from dataclasses import replace
from urllib.parse import unquote

from shared.core.model.vocabulary import Standing
from shared.core.model.watchlist import Runbook
from shared.render.page.page import page
from shared.web.status_page import status_page
from shared.web.visit import PageVisit
from tests.render.page.page_cases import ROBIN, both, lived, single
from tests.render.page.parsed_page import parsed
from tests.support.notices import LIBCAL, LIBSTAFFER, PAGE_URL, credential, service_view

FOR_BOTH = "{{services}}: {{new_secrets}}"
DUE = (
    service_view(service=replace(LIBCAL, runbook=None)),
    service_view(in_use=credential("LibStaffer 2025", 40, hint="K9_"), service=LIBSTAFFER),
)


def links(html: str) -> list[str]:
    return re.findall(r'href="(mailto:[^"]*)"', html)


def test_services_of_one_request_share_its_button_and_its_text() -> None:
    shown = parsed(lived(both()))
    ids = [given["id"] for _, given in shown.tags if "id" in given]
    assert len(links(page(lived(both())))) == 1
    assert shown.text.count("Write to ITS") == shown.text.count("Copy the request") == 1
    assert shown.text.count("It is part of the request above.") == 2
    assert [ids.count(f"{each}-request") for each in ("libcal", "libstaffer")] == [1, 1]
    assert len(ids) == len(set(ids))
    assert "Ask ITS for 2 new client secrets: “LibCal 2028” and “LibStaffer 2028”." in shown.text
    assert "At the same time, for LibStaffer: LibStaffer 2028" in shown.text


def test_other_request_stands_at_its_service() -> None:
    own = replace(LIBSTAFFER, request_to="other@example.org")
    html = page(single(DUE[0], replace(DUE[1], service=own)))
    assert len(links(html)) == 2
    assert "request above" not in html
    assert html.index("other@example.org?") > html.index('id="service-libstaffer"')


def test_request_stands_at_its_service_if_something_else_is_next() -> None:
    waiting = service_view(in_use=credential("LibStaffer 2025", 5), service=LIBSTAFFER)
    own = replace(LIBCAL, request_to="other@example.org")
    html = page(single(service_view(service=own), waiting))
    top, services = html.split('id="services"')
    assert (len(links(top)), len(links(services))) == (1, 1)


def test_service_that_joins_leads_to_the_request() -> None:
    later = credential("LibStaffer 2025", 120)
    joining = service_view(Standing.HEALTHY, later, service=LIBSTAFFER)
    shown = parsed(single(DUE[0], joining))
    assert "while you are at it" in shown.text
    assert shown.text.count("It is part of the request above.") == 2


def test_snoozed_service_is_named_beside_the_button() -> None:
    world = both()
    world.acknowledge("libstaffer", "2026-12-20", "ticket 4711")
    assert "LibStaffer is snoozed until 20 Dec 2026: “ticket 4711”." in parsed(lived(world)).text


def test_request_without_an_address_can_only_be_copied() -> None:
    html = page(single(service_view(service=replace(LIBCAL, request_to=""))))
    assert links(html) == []
    assert '<button type="button" class="main" data-copy="libcal-letter" hidden>' in html


def test_mail_that_is_too_long_links_to_the_request_on_the_page() -> None:
    world = both()
    long = Runbook("libcal.md", {"Request": f"{FOR_BOTH} {'Please. ' * 400}"})
    (app,) = world.watched.apps
    services = tuple(replace(each, runbook=long) for each in app.services)
    world.watched = replace(world.watched, apps=(replace(app, services=services),))
    visit = PageVisit(ROBIN, world.watch, lambda _: None, lambda *_: None, PAGE_URL)
    (link,) = links(status_page(visit).body)
    assert f"{PAGE_URL}#libcal-request" in unquote(link)
