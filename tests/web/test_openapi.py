"""The OpenAPI document is valid, describes every route, and fits every response exactly."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum

import pytest
import requests

from local.simulation.build import CALLBACK, CLIENT_ID, app, at, secret, service, watchlist
from local.simulation.directory import InMemoryUsageReport
from local.simulation.world import World, inventory_world
from shared.core.model.check_record import Outcome
from shared.core.model.directory import Kind
from shared.core.model.vocabulary import Reason, Severity, Standing
from shared.ports.ledger import Held
from shared.render.feeds import metrics
from shared.render.feeds.check_document import check_document
from shared.render.feeds.inventory_document import ITEMS_A_PAGE, BadCursor
from shared.render.feeds.status_document import status_document
from shared.web import response
from tests.support.app_routes import levels
from tests.support.openapi import DOCUMENT, PATHS, described, matches, misfits

SCHEMAS = DOCUMENT["components"]["schemas"]
HAND_OVER = ("hand-over", "show-value", "withdraw")
FORMS = {f"/page/{form}" for form in ("confirm", "acknowledge", "claim", "check", *HAND_OVER)}


def fits(document: object, schema: str) -> None:
    """Fail if the document lacks a required property or has an unknown one."""
    assert misfits(document, {"$ref": f"#/components/schemas/{schema}"}, exactly=True) == []


def worlds() -> Iterator[World]:
    """Yield a world in every standing of a service, and with every kind of item."""
    world = World(
        watchlist(service("LibCal"), service("LibStaffer"), service("LibWizard")),
        now=at("2026-09-20T13:00Z"),
        sign_ins=InMemoryUsageReport(),
    )
    yield world  # not read yet
    old = secret("k1", "LibCal 2024", ends="2026-12-13T09:15Z")
    staffer = secret("k2", "LibStaffer", ends=None)
    world.tenant.put(old, staffer, secret("k3", "", hint="", ends="2026-11-30T09:15Z"))
    yield world  # expiring, without an end, unmatched, unclaimed and expiring
    world.acknowledge("libcal", "2026-10-01", "ticket 4711")
    yield world
    world.now = at("2026-11-25T14:00Z")
    yield world
    new = secret(
        "k4", "LibCal 2026", ends="2028-12-13T09:15Z", starts="2026-11-20T00:00Z"
    )._replace(kind=Kind.CERTIFICATE, hint="")
    world.tenant.add(new)
    yield world  # awaiting install
    world.tenant.drop("k1")
    yield world  # deleted
    world.tenant.add(old)
    world.confirm("libcal", "k4")
    world.now = at("2026-12-12T14:00Z")
    yield world  # a leftover that expires tomorrow
    world.tenant.drop("k2")
    yield world  # missing
    world.tenant.put(new, disabled="its service principal is disabled")
    yield world
    world.tenant.apps = {CLIENT_ID: None}
    yield world


def test_document_is_valid_openapi() -> None:
    from openapi_spec_validator import (  # noqa: PLC0415  (it takes a second)
        OpenAPIV31SpecValidator,
    )

    assert DOCUMENT["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_documents_fit_their_schemas_in_every_standing() -> None:
    standings, kinds = set(), set()
    for world in worlds():
        fits(status_document(world.watch.status(), world.watched), "Status")
        fits(status_document(world.watch.status(live=True), world.watched), "Status")
        fits(check_document(world.watch.dry_run(), world.watched), "Check")
        if world.tenant.apps:
            fits(check_document(world.check(), world.watched), "Check")
        status = world.watch.status()
        fits(status_document(status, world.watched), "Status")
        standings |= {view.standing for view in status.judgement.services}
        kinds |= {type(view).__name__ for view in status.judgement.views}
    assert standings >= {*Standing} - {Standing.EXPIRED, Standing.FAILING, Standing.APP_PROBLEM}
    assert kinds >= {"ServiceView", "UnclaimedView", "AppView", "LeftoverView"}


def test_expired_services_and_missing_redirect_uris_fit() -> None:
    watched = watchlist(service("LibCal"), service("LibCal2"))
    app = replace(watched.apps[0], redirect_uris=(CALLBACK,))
    world = World(replace(watched, apps=(app,)), now=at("2026-12-20T14:00Z"))
    world.tenant.put(
        secret("k1", "LibCal2", ends="2027-02-13T09:15Z"),
        secret("k2", "LibCal", ends="2026-12-19T09:15Z"),
    )
    fits(check_document(world.check(), world.watched), "Check")
    status = world.watch.status()
    assert Standing.EXPIRED in {view.standing for view in status.judgement.services}
    assert any(view.rivals for view in status.judgement.unclaimed)
    assert any(view.problems for view in status.judgement.apps)
    fits(status_document(status, world.watched), "Status")


def test_unusable_app_fits() -> None:
    world = World()
    world.tenant.put(
        secret("k1", "LibCal", ends=None), disabled="its service principal is disabled"
    )
    fits(check_document(world.check(), world.watched), "Check")
    status = world.watch.status()
    assert {view.standing for view in status.judgement.services} == {Standing.APP_PROBLEM}
    fits(status_document(status, world.watched), "Status")


def test_failed_partial_and_busy_checks_fit() -> None:
    world = World()
    world.tenant.broken = {CLIENT_ID: "Graph answered 503."}
    failed = world.check()
    assert failed.outcome == Outcome.FAILED
    fits(check_document(failed, world.watched), "Check")
    fits(status_document(world.watch.status(live=True), world.watched), "Status")
    world.tenant.broken.clear()
    world.tenant.put(secret("k1", "LibCal", ends="2026-10-01T09:15Z"))
    world.inboxes["its"].down = True
    partial = world.check()
    assert partial.outcome == Outcome.PARTIAL
    fits(check_document(partial, world.watched), "Check")
    sent = json.loads(response.check(check_document(partial, world.watched)).body)
    content = PATHS["/check"]["post"]["responses"]["502"]["content"]
    assert misfits(sent, content["application/problem+json"]["schema"]) == []
    lease = world.ledger.lease()
    assert not isinstance(lease, Held)
    busy = world.check()
    assert busy.outcome == Outcome.BUSY
    fits(check_document(busy, world.watched), "Check")


def test_tenant_fits_read_or_unread_and_in_pages() -> None:
    world = inventory_world(now=at("2026-09-01T14:00Z"))
    fits(status_document(world.watch.status(), world.watched), "Status")
    world.whole.apps = [app(f"a{n}", "2026-09-20T09:00Z") for n in range(ITEMS_A_PAGE + 2)]
    fits(check_document(world.check(), world.watched), "Check")
    status = world.watch.status()
    first = status_document(status, world.watched, paged=True)
    fits(first, "Status")
    tenant = first["tenant"]
    assert isinstance(tenant, dict)
    rest = status_document(status, world.watched, after=tenant["after"], paged=True)["tenant"]
    assert isinstance(rest, dict)
    assert (len(tenant["items"]), len(rest["items"]), rest["after"]) == (ITEMS_A_PAGE, 2, None)
    whole = status_document(status, world.watched)["tenant"]
    assert isinstance(whole, dict)
    assert whole["items"] == tenant["items"] + rest["items"]
    with pytest.raises(BadCursor, match="the previous response"):
        status_document(status, world.watched, after="5")
    world.whole.broken = "Graph answered 503."
    fits(check_document(world.check(), world.watched), "Check")
    fits(status_document(world.watch.status(), world.watched), "Status")


def test_one_service_and_every_problem_fit() -> None:
    world = World()
    world.tenant.put(secret("k1", "LibCal", ends="2026-10-01T09:15Z"))
    world.check()
    document = status_document(world.watch.status(), world.watched)
    fits(json.loads(response.status(document, "libcal", None).body), "Service")
    fits(json.loads(response.status(document, "libwizard", None).body), "Problem")
    fits(
        json.loads(response.problem(503, "Not available", "The ledger cannot be read.").body),
        "Problem",
    )


def test_missing_or_unknown_property_does_not_fit() -> None:
    world = World()
    document = status_document(world.watch.status(), world.watched)
    with pytest.raises(AssertionError, match="worst"):
        fits({name: value for name, value in document.items() if name != "worst"}, "Status")
    with pytest.raises(AssertionError, match="wurst"):
        fits(document | {"wurst": "ok"}, "Status")
    with pytest.raises(AssertionError, match="generated_at"):
        fits(document | {"generated_at": "yesterday"}, "Status")


@pytest.mark.parametrize(
    ("name", "values"), [("Severity", Severity), ("Standing", Standing), ("Reason", Reason)]
)
def test_document_lists_every_value(name: str, values: type[StrEnum]) -> None:
    assert set(SCHEMAS[name]["enum"]) == {each.value for each in values}


def test_every_gauge_is_described() -> None:
    world = inventory_world(now=at("2026-09-01T14:00Z"))
    world.tenant.put(secret("k1", "LibCal", ends="2026-10-01T09:15Z"))
    world.check()
    world.ledger.memory = replace(world.ledger.memory, hands_over=True)
    text = metrics.metrics(world.watch.status(), world.watched)
    gauges = set(re.findall(r"^# TYPE (\w+) gauge", text, re.MULTILINE))
    description = PATHS["/metrics"]["get"]["description"]
    assert set(re.findall(r"`(lapsewatch_\w+)", description)) == gauges


def test_described_routes_are_the_routes_of_the_app() -> None:
    documented = {(path, method) for path, operations in PATHS.items() for method in operations}
    routes = levels()
    missing = [each for each in documented if not any(is_route(there, each) for there in routes)]
    undescribed = [
        there for there in routes if not any(is_route(there, each) for each in documented)
    ]
    posted = {path for path, method in documented if method == "post"}
    assert (missing, undescribed) == ([], [])
    assert {path for path in posted if path.startswith("/page/")} == FORMS


def test_routes_need_a_key_as_described() -> None:
    for (path, method), level in levels().items():
        documented = next(
            operations[method]
            for known, operations in PATHS.items()
            if matches(path, known) and method in operations
        )
        assert level == ("anonymous" if "security" in documented else "function"), path


def is_route(there: tuple[str, str], documented: tuple[str, str]) -> bool:
    """Return whether a route of the app is the described one; `{form}` is any of the forms."""
    return there[1] == documented[1] and matches(there[0], documented[0])


@pytest.mark.parametrize(
    ("asked", "status", "headers", "body", "wrong"),
    [
        ("GET /status", 418, {}, b"", "418 is not described"),
        ("GET /status", 401, {}, b"no", "has no body"),
        (
            "GET /metrics",
            200,
            {"content-type": "application/json"},
            b"{}",
            "is not application/json",
        ),
        ("GET /health", 200, {"content-type": "text/plain"}, b"fine", "'fine' is not one of"),
        ("POST /page/confirm", 303, {}, b"", "has no Location"),
        ("DELETE /page", 200, {}, b"", "is not described, but is answered"),
    ],
)
def test_undescribed_response_is_reported(
    asked: str, status: int, headers: dict[str, str], body: bytes, wrong: str
) -> None:
    method, path = asked.split()
    answer = requests.Response()
    answer.status_code, answer.raw = status, io.BytesIO(body)
    answer.headers.update(headers)
    answer.request = requests.Request(method, f"https://lapsewatch.example.org/api{path}").prepare()
    with pytest.raises(AssertionError, match=re.escape(wrong)):
        described(answer)
