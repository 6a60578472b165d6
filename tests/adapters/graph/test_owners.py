"""Owners of apps, read over HTTP from the stand-in tenant."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from azure.core.credentials import AccessToken

from local.stand_in.entra import Owner, Registration
from local.stand_in.graph import READ_USERS
from local.stand_in.stories import many
from local.stand_in.tenant import Tenant
from shared.adapters.graph.inventory import GraphInventory
from shared.core.model.inventory import Holder
from shared.ports.inventory import OwnersReading
from tests.support.graph_objects import FixedToken, error
from tests.support.scripted import Reply, Scripted, reply

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
ANN = Owner("a1", "Ann Example", "ann@example.org")
ROBOT = Owner("r1", "pipeline", None, "#microsoft.graph.servicePrincipal")


def reading(tenant: Tenant, holders: Mapping[str, Holder]) -> OwnersReading:
    """Read from the stand-in tenant, with a token that it issues."""

    class Issued:
        def get_token(self, *scopes: str, **_: object) -> AccessToken:
            issued = tenant.identity.issue(scopes[0].removesuffix("/.default"))
            return AccessToken(issued["access_token"], int(issued["expires_on"]))

    return GraphInventory(tenant.graph_url, Issued, backoff=0.001).owners(holders, seconds=20)


def of_apps(apps: Iterable[Registration]) -> dict[str, Holder]:
    return {app.object_id: Holder.APPLICATION for app in apps}


def test_owners_are_read_in_batches_of_twenty() -> None:
    apps = [
        replace(app, owners=(ANN, ROBOT) if n % 2 else (), notes="Ticket 4711", reference="CMDB-7")
        for n, app in enumerate(many(45, 1, NOW))
    ]
    with Tenant(apps) as tenant:
        tenant.identity.roles.add(READ_USERS)
        found = reading(tenant, of_apps(apps))
        assert tenant.requests()["POST /v1.0/$batch"] == 3
    assert (found.requests, len(found.owned), found.failures) == (3, 45, {})
    owned = found.owned[apps[1].object_id]
    assert [(owner.name, owner.mail, owner.person) for owner in owned.owners] == [
        ("Ann Example", "ann@example.org", True),
        ("pipeline", "", False),
    ]
    assert [owner.name for owner in owned.reachable] == ["Ann Example"]
    assert (owned.reference, owned.notes) == ("CMDB-7", "Ticket 4711")
    assert found.owned[apps[0].object_id].owners == ()


def test_owners_have_no_address_without_the_permission() -> None:
    apps = [replace(app, owners=(ANN,)) for app in many(1, 1, NOW)]
    with Tenant(apps) as tenant:
        owned = reading(tenant, of_apps(apps)).owned[apps[0].object_id]
    assert [(owner.object_id, owner.name) for owner in owned.owners] == [("a1", "")]
    assert owned.reachable == ()


@pytest.mark.parametrize(
    ("properties", "reachable"),
    [
        ({"accountEnabled": False}, False),
        ({"accountEnabled": None}, True),
        ({}, True),
        ({"accountEnabled": True}, True),
        ({"accountEnabled": True, "deletedDateTime": "2026-01-01T00:00:00Z"}, False),
        ({"accountEnabled": True, "mail": None}, False),
        ({"@odata.type": "#microsoft.graph.servicePrincipal"}, False),
        ({"@odata.type": "#microsoft.graph.group"}, False),
    ],
)
def test_an_owner_counts_only_if_they_may_read_mail(
    properties: dict[str, object], *, reachable: bool
) -> None:
    ann = {"@odata.type": "#microsoft.graph.user", "id": "a1", "mail": "ann@example.org"}
    body = {"id": "c", "owners": [ann | properties]}
    part = {"id": "0", "status": 200, "body": body}
    with Scripted([reply({"responses": [part]})]) as graph:
        reader = GraphInventory(graph.url, FixedToken)
        found = reader.owners({"c": Holder.APPLICATION}, seconds=20).owned["c"]
    assert (len(found.owners), bool(found.reachable)) == (1, reachable)


def test_enterprise_application_has_its_own_owners() -> None:
    app = next(app for app in many(9, 1, NOW) if app.service_principal is not None)
    assert app.service_principal is not None
    app = replace(app, service_principal=replace(app.service_principal, owners=(ANN,)))
    with Tenant([app]) as tenant:
        tenant.identity.roles.add(READ_USERS)
        principal = app.service_principal
        assert principal is not None
        found = reading(tenant, {principal.object_id: Holder.SERVICE_PRINCIPAL})
    assert [owner.name for owner in found.owned[principal.object_id].owners] == ["Ann Example"]


def test_deleted_app_has_no_owners_and_an_error_is_its_own() -> None:
    parts = [
        {"id": "0", "status": 404, "body": error("Request_ResourceNotFound")},
        {"id": "1", "status": 403, "body": error("Authorization_RequestDenied")},
        {"id": "2", "status": 200, "body": {"id": "c", "owners": [{"id": 7}]}},
        {"id": "3", "status": 200, "body": {"id": "d", "owners": []}},
    ]
    with Scripted([reply({"responses": parts})]) as graph:
        found = GraphInventory(graph.url, FixedToken).owners(
            dict.fromkeys("abcd", Holder.APPLICATION), seconds=20
        )
    assert (found.owned["a"].owners, found.owned["d"].owners) == ((), ())
    assert set(found.failures) == {"b", "c"}
    assert "Application.Read.All" in str(found.failures["b"])


@pytest.mark.parametrize("answer", [Reply(403, b"{}"), Reply(200, b"<html>"), Reply(reset=True)])
def test_missing_response_fails_each_app(answer: Reply) -> None:
    with Scripted(lambda _: answer) as graph:
        found = GraphInventory(graph.url, FixedToken, backoff=0.001).owners(
            {"a": Holder.APPLICATION, "b": Holder.APPLICATION}, seconds=20
        )
    assert set(found.failures) == {"a", "b"}


def test_no_apps_need_no_request() -> None:
    assert GraphInventory("http://127.0.0.1:1", FixedToken).owners({}, seconds=1) == OwnersReading(
        {}
    )
