"""A Graph that does not have every property: it is read without them, and says which."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from azure.core.credentials import AccessToken

from local.stand_in.entra import Owner, ServicePrincipal
from local.stand_in.stories import libapps, many
from local.stand_in.tenant import Tenant
from shared.adapters.graph import selection
from shared.adapters.graph.directory import GraphDirectory
from shared.adapters.graph.inventory import GraphInventory
from shared.core.model.inventory import Holder
from shared.ports.directory import AppQuery, DirectoryReading
from shared.ports.inventory import ScanQuery
from shared.render.text.lacking import not_known
from tests.support.graph_objects import CLIENT_ID, FixedToken, error
from tests.support.scripted import Asked, Reply, Scripted, reply

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
LIBAPPS = libapps(NOW)[0]
WATCHED = set(selection.WATCHED_APPLICATION + selection.KEYED_PRINCIPAL) - selection.REQUIRED
LISTED = set(selection.LISTED_PRINCIPAL) - selection.REQUIRED


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    apps = [
        replace(app, service_principal=ServicePrincipal(f"{app.object_id[:-4]}ffff"))
        for app in many(24, 1, NOW)
    ]
    with Tenant([LIBAPPS, *apps]) as running:
        yield running


class Readers:
    """The readers of a tenant, with a token that it issues."""

    def __init__(self, tenant: Tenant) -> None:
        class Issued:
            def get_token(self, *scopes: str, **_: object) -> AccessToken:
                issued = tenant.identity.issue(scopes[0].removesuffix("/.default"))
                return AccessToken(issued["access_token"], int(issued["expires_on"]))

        self.sign_in = Issued
        self.directory = GraphDirectory(tenant.graph_url, Issued, backoff=0.001)
        self.inventory = GraphInventory(tenant.graph_url, Issued, backoff=0.001)

    def read(self, *client_ids: str) -> DirectoryReading:
        queries = [AppQuery(each, service_principal=True) for each in client_ids]
        return self.directory.read(queries, seconds=20)


def without(reading: DirectoryReading) -> DirectoryReading:
    """Return a reading as if nothing had been lacking; a client needs no redirect URIs here."""
    apps = {key: app and app._replace(unknown=()) for key, app in reading.apps.items()}
    return replace(reading, apps=apps)


@pytest.mark.parametrize("name", sorted(WATCHED))
@pytest.mark.parametrize("number", [1, 24])
def test_watched_apps_are_read_without_a_property(tenant: Tenant, name: str, number: int) -> None:
    ids = [app.client_id for app in tenant.directory.listing()[:number]]
    complete = Readers(tenant).read(*ids)
    tenant.graph.lacking.add(name)
    reading = Readers(tenant).read(*ids)
    assert reading.failures == {}
    assert reading.unknown == (name,)
    assert reading.requests == complete.requests  # repeated requests are retries
    for client_id, app in complete.apps.items():
        found = reading.apps[client_id]
        assert app is not None
        assert found is not None
        assert found.credentials == app.credentials
        assert found.disabled == app.disabled


def test_each_lacking_property_costs_one_request(tenant: Tenant) -> None:
    tenant.graph.lacking |= {"application.isDisabled", "application.spa", "accountEnabled"}
    reading = Readers(tenant).read(LIBAPPS.client_id)
    assert reading.unknown == ("accountEnabled", "isDisabled", "spa")
    counts = tenant.requests()
    assert counts["GET /v1.0/applications(appId='*')"] == 3
    assert counts["GET /v1.0/servicePrincipals(appId='*')"] == 2


def test_everything_that_can_be_lacking_may_be_lacking(tenant: Tenant) -> None:
    ids = [app.client_id for app in tenant.directory.listing()]
    tenant.graph.lacking |= WATCHED
    reading = Readers(tenant).read(*ids)
    assert (reading.failures, set(reading.unknown)) == ({}, WATCHED)
    tenant.graph.lacking |= LISTED | {"tags"}
    scan = ScanQuery(
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(9999, 12, 31, tzinfo=UTC),
        service_principals=True,
        tags=True,
    )
    pages = list(Readers(tenant).inventory.scan(scan, seconds=20))
    assert [(page.applications, page.failures) for page in pages] == [(25, {}), (25, {})]
    assert set(pages[-1].unknown) == LISTED | {"tags"}


def test_a_property_may_be_lacking_from_the_second_page_on(tenant: Tenant) -> None:
    readers = Readers(tenant)
    readers.inventory = GraphInventory(tenant.graph_url, readers.sign_in, page_size=10)
    scan = ScanQuery(datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC), tags=True)
    pages = []
    for page in readers.inventory.scan(scan, seconds=20):
        pages.append((page.applications, page.failures, page.unknown))
        tenant.graph.lacking |= {"isDisabled", "tags"}
    lacking = ("isDisabled", "tags")
    assert pages == [(10, {}, ()), (10, {}, lacking), (5, {}, lacking)]


def test_owners_are_read_without_a_property(tenant: Tenant) -> None:
    owner = Owner("a1", "Ann Example", "ann@example.org")
    apps = tenant.directory.listing()
    tenant.directory.replace(replace(app, owners=(owner,)) for app in apps)
    tenant.graph.lacking |= {"notes", "serviceManagementReference"}
    holders = {app.object_id: Holder.APPLICATION for app in apps}
    found = Readers(tenant).inventory.owners(holders, seconds=20)
    assert found.failures == {}
    assert {len(owned.owners) for owned in found.owned.values()} == {1}


@pytest.mark.parametrize("name", sorted(selection.REQUIRED))
@pytest.mark.parametrize("number", [1, 24])
def test_a_needed_property_cannot_be_left_out(tenant: Tenant, name: str, number: int) -> None:
    ids = [app.client_id for app in tenant.directory.listing()[:number]]
    tenant.graph.lacking.add(name)
    reading = Readers(tenant).read(*ids)
    said = f"This Graph does not have the property {name}, which a check needs. Does LAPSEWATCH"
    assert reading.apps == {}
    assert all(str(each).startswith(said) for each in reading.failures.values())


@pytest.mark.parametrize(
    "message",
    [
        "Could not find a property named 'neverSelected' on type 'microsoft.graph.application'.",
        "Invalid value specified for property 'appId' of resource 'Application'.",
        "Something else.",
    ],
)
def test_another_refusal_is_not_repeated(message: str) -> None:
    with Scripted(lambda _: reply(error("BadRequest", message), 400)) as graph:
        reading = GraphDirectory(graph.url, FixedToken).read([AppQuery(CLIENT_ID)], seconds=20)
    assert len(graph.asked) == 2
    assert message.rstrip(".") in str(reading.failures[CLIENT_ID])


def test_a_refusal_without_end_ends() -> None:
    """The first name in quotes that can be left out counts, each name once."""

    def script(asked: Asked) -> Reply:
        selected = asked.path.partition("$select=")[2].split(",")
        message = f"The names '{"', '".join(selected)}' are not known."
        return reply(error("BadRequest", message), 400)

    with Scripted(script) as graph:
        reading = GraphDirectory(graph.url, FixedToken).read([AppQuery(CLIENT_ID)], seconds=20)
    assert "are not known" in str(reading.failures[CLIENT_ID])


def test_words_for_every_property_that_may_be_lacking() -> None:
    optional = WATCHED | LISTED | {"tags", *selection.OWNED_APPLICATION} - selection.REQUIRED
    for name in optional:
        assert f". Not known is: {name}" not in not_known([name])
    assert not_known(["isDisabled", "spa", "web"]) == (
        "this Graph does not have isDisabled, spa and web. Not known is: whether an app is"
        " disabled; all redirect URIs of an app"
    )
