"""The scan of a whole tenant, page by page, over real HTTP."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.simulation.build import watchlist
from shared.adapters.graph.inventory import GraphInventory
from shared.adapters.graph.rate_limit import RateLimit
from shared.core.inventory.exclusion import Exclusion, Exclusions
from shared.core.model.days import LONG_AGO
from shared.core.model.inventory import Holder
from shared.core.model.watchlist import InventoryRules
from shared.ports.errors import DirectoryError
from shared.ports.inventory import ScanPage, ScanQuery
from tests.support.graph_objects import FixedToken, application, certificate, secret
from tests.support.scripted import Asked, Reply, Scripted, reply

ALL = ScanQuery(datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))
TOO_EARLY = secret(startDateTime="0001-01-01T00:00:00+08:00")


def paged(*pages: Sequence[object]) -> Callable[[Asked], Reply]:
    """Serve the pages, each with a link to the next."""

    def script(asked: Asked) -> Reply:
        number = int(asked.path.partition("$skiptoken=")[2] or 0)
        page: dict[str, object] = {"value": pages[number]}
        if number + 1 < len(pages):
            apps = f"http://{asked.headers['host']}/v1.0/applications"
            page["@odata.nextLink"] = f"{apps}?$skiptoken={number + 1}"
        return reply(page)

    return script


def linking(link: object) -> Callable[[Asked], Reply]:
    return lambda _: reply({"value": [], "@odata.nextLink": link})


def app(client_id: str) -> dict[str, object]:
    return application(appId=client_id, passwordCredentials=[secret()])


def scan(graph: Scripted, query: ScanQuery = ALL) -> list[ScanPage]:
    return list(
        GraphInventory(graph.url, FixedToken, page_size=2, backoff=0.001).scan(query, seconds=20)
    )


def test_reads_every_page_after_an_empty_one() -> None:
    with Scripted(paged([app("a"), app("b")], [], [app("c")])) as graph:
        pages = scan(graph)
    assert [[found.client_id for found in page.apps] for page in pages] == [["a", "b"], [], ["c"]]
    assert [page.requests for page in pages] == [1, 2, 3]
    assert all(asked.headers["authorization"] == "Bearer the-token" for asked in graph.asked)


def test_selects_only_the_properties_it_reads() -> None:
    with Scripted(paged([])) as graph:
        scan(graph)
    assert graph.asked[0].path == (
        "/v1.0/applications?$select=id,appId,displayName,isDisabled,disabledByMicrosoftStatus,passwordCredentials,keyCredentials&$top=2"
    )


def test_requests_each_page_only_when_needed() -> None:
    with Scripted(paged([app("a")], [app("b")])) as graph:
        pages = GraphInventory(graph.url, FixedToken).scan(ALL, seconds=20)
        assert next(pages).apps[0].client_id == "a"
        pages.close()
        assert len(graph.asked) == 1


@pytest.mark.parametrize("order", [["b", "A"], ["A", "b"]])
def test_certificate_that_was_uploaded_twice_is_listed_once(order: list[str]) -> None:
    keys = [certificate(keyId=each) for each in order]
    with Scripted(paged([application(keyCredentials=keys)])) as graph:
        ((found,),) = (page.apps for page in scan(graph))
    assert [each.key_id for each in found.credentials] == ["a"]


def test_malformed_app_does_not_affect_its_page() -> None:
    bad = application(
        appId="bad", passwordCredentials=[secret(keyId="worse", endDateTime="2027-13-01T00:00:00Z")]
    )
    never = application(
        appId="never",
        passwordCredentials=[
            secret(),
            secret(keyId="never", endDateTime="9999-12-31T23:59:59.9999999Z"),
        ],
    )
    with Scripted(
        paged(
            [app("a"), bad, never, 7],
            [app("b")],
        )
    ) as graph:
        first, second = scan(graph)
    assert [found.client_id for found in first.apps] == ["a", "never"]
    assert first.apps[1].credentials[1].ends is None
    assert "client secret worse" in str(first.failures["bad"])
    assert "cannot be read" in str(first.failures["#4 of its page"])
    assert set(first.failures) == {"bad", "#4 of its page"}
    assert [found.client_id for found in second.apps] == ["b"]


def test_start_before_year_one_is_long_ago() -> None:
    with Scripted(
        paged([app("a"), application(appId="early", passwordCredentials=[TOO_EARLY])])
    ) as graph:
        (page,) = scan(graph)
    assert [found.client_id for found in page.apps] == ["a", "early"]
    assert page.apps[1].credentials[0].starts == LONG_AGO
    assert page.failures == {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Sign in to the network</html>",
        b"[]",
        b"{}",
        b'{"value":null}',
        b'{"value":[',
        b'{"value":[],"@odata.nextLink":5}',
        b"[" * 100_000,
    ],
)
def test_unreadable_page_is_an_error(body: bytes) -> None:
    with (
        Scripted([Reply(200, body)]) as graph,
        pytest.raises(DirectoryError, match=r"Graph('s response| returned HTML)"),
    ):
        scan(graph)


def test_yields_the_pages_before_a_failure() -> None:
    with Scripted(paged([app("a")], [app("b")])) as graph:
        pages = GraphInventory(graph.url, FixedToken, backoff=0.001).scan(ALL, seconds=20)
        assert next(pages).apps[0].client_id == "a"
        graph.script = lambda _: Reply(400, b"{}")
        with pytest.raises(DirectoryError, match="Graph answered 400"):
            next(pages)


def test_link_to_another_host_gets_no_token_and_no_request() -> None:
    with Scripted(paged([])) as elsewhere:
        link = elsewhere.url.replace("127.0.0.1", "localhost") + "/v1.0/applications"
        with (
            Scripted(linking(link)) as graph,
            pytest.raises(DirectoryError, match="leads to another host, 'localhost'"),
        ):
            scan(graph)
    assert elsewhere.asked == []
    assert len(graph.asked) == 1


@pytest.mark.parametrize(
    "link",
    [
        "",
        "/v1.0/applications?$skiptoken=1",
        "//evil.example/",
        "https://127.0.0.1/",
        "http://127.0.0.1:1/",
    ],
)
def test_link_to_another_origin_is_not_followed(link: str) -> None:
    with Scripted(linking(link)) as graph, pytest.raises(DirectoryError, match="another host"):
        scan(graph)
    assert len(graph.asked) == 1


def test_malformed_link_is_an_error() -> None:
    with (
        Scripted(linking("http://127.0.0.1:port/")) as graph,
        pytest.raises(DirectoryError, match="not a URL"),
    ):
        scan(graph)


def test_circular_list_is_an_error() -> None:
    def script(asked: Asked) -> Reply:
        return reply(
            {
                "value": [],
                "@odata.nextLink": f"http://{asked.headers['host']}/v1.0/applications?$skiptoken=same",
            }
        )

    with Scripted(script) as graph, pytest.raises(DirectoryError, match="has no end"):
        scan(graph)
    assert len(graph.asked) == 2


def test_returns_only_matching_apps_and_counts_all() -> None:
    soon = ScanQuery(datetime(2027, 5, 1, tzinfo=UTC), datetime(2027, 5, 31, tzinfo=UTC))
    late = application(
        appId="late", passwordCredentials=[secret(endDateTime="2027-06-01T00:00:00Z")]
    )
    both = application(
        appId="both",
        passwordCredentials=[secret(endDateTime="2299-12-31T00:00:00Z")],
        keyCredentials=[certificate()],
    )
    with Scripted(paged([app("a"), late], [both, application(appId="none")])) as graph:
        first, second = scan(graph, soon)
    assert [found.client_id for page in (first, second) for found in page.apps] == ["a", "both"]
    assert [(page.applications, page.credentials) for page in (first, second)] == [(2, 2), (2, 2)]
    assert len(second.apps[0].credentials) == 2, (
        "an app is given whole: a newer credential may silence an older one"
    )


def test_half_of_a_surrogate_pair_in_a_name_is_replaced() -> None:
    body = json.dumps(
        {
            "value": [
                application(appId="odd", displayName="@", passwordCredentials=[secret()]),
                app("b"),
            ]
        }
    )
    with Scripted([Reply(200, body.replace("@", "\\ud800").encode())]) as graph:
        (page,) = scan(graph)
    assert [(found.client_id, found.name) for found in page.apps] == [
        ("odd", "?"),
        ("b", "LibApps Outlook sync"),
    ]
    assert not page.failures


def listed_principal(client_id: str, **changes: object) -> dict[str, object]:
    """Return a service principal as in a list."""
    plain = {
        "accountEnabled": True,
        "servicePrincipalType": "Application",
        "appOwnerOrganizationId": None,
    }
    return app(client_id) | plain | {"preferredTokenSigningKeyThumbprint": None} | changes


def test_service_principals_follow_the_apps() -> None:
    saml = certificate(
        usage="Sign", customKeyIdentifier="AQIDBAUGBwgJCgsMDQ4PEBESExQ=", keyId="Active"
    )
    thumbprint = "0102030405060708090A0B0C0D0E0F1011121314"
    principals = [
        listed_principal("own"),
        listed_principal("managed", servicePrincipalType="ManagedIdentity"),
        listed_principal(
            "microsoft", appOwnerOrganizationId="f8cdef31-a31e-4b4a-93e4-5f571e91255a"
        ),
        listed_principal("off", accountEnabled=False),
        listed_principal(
            "saml",
            passwordCredentials=[],
            keyCredentials=[saml],
            preferredTokenSigningKeyThumbprint=thumbprint,
        ),
    ]

    def script(asked: Asked) -> Reply:
        return reply(
            {
                "value": principals
                if asked.path.startswith("/v1.0/servicePrincipals?")
                else [app("a")]
            }
        )

    with Scripted(script) as graph:
        apps, found = scan(graph, replace(ALL, service_principals=True))
    assert [(each.client_id, each.holder) for each in (*apps.apps, *found.apps)] == [
        ("a", Holder.APPLICATION),
        ("own", Holder.SERVICE_PRINCIPAL),
        ("saml", Holder.SERVICE_PRINCIPAL),
    ]
    assert found.apps[1].signing == {"active"}


def test_counts_the_apps_that_a_rule_leaves_out() -> None:
    rules = InventoryRules((), exclude_names=("[test]*",), exclude_tags=frozenset({"lab"}))
    query = replace(ALL, exclusions=Exclusions(watchlist(), rules), tags=True)
    page = [
        app("a") | {"displayName": "[TEST] sandbox"},
        app("b") | {"displayName": "[Test] without credentials", "passwordCredentials": []},
        app("c") | {"tags": ["lab"]},
        app("d") | {"displayName": "Timesheets"},
    ]
    for pages in (page, [*page, 7]):  # the second is decoded object by object
        with Scripted(paged(pages)) as graph:
            (found,) = scan(graph, query)
        assert found.left_out == {Exclusion.NAMES: 1, Exclusion.TAGS: 1}
        assert [each.client_id for each in found.apps] == ["d"]
        assert found.credentials == 3


def test_disabled_app_is_counted_and_left_out() -> None:
    with Scripted(
        paged([application(appId="off", isDisabled=True, passwordCredentials=[secret()])])
    ) as graph:
        (page,) = scan(graph)
    assert (page.apps, page.applications, page.credentials) == ([], 1, 1)


def test_requests_per_minute_stay_below_graphs_limit() -> None:
    pace, now, asked = RateLimit(3), 0.0, []
    for _ in range(8):
        now += pace.wait(now) + 1.0
        asked.append(now)
    assert all(later - earlier >= 60 for earlier, later in zip(asked, asked[3:], strict=False))


def test_does_not_import_the_sdks_model_classes() -> None:
    code = """
import json, sys
from shared.adapters.graph.directory import GraphDirectory
from shared.ports.directory import AppQuery
from tests.support.graph_objects import CLIENT_ID, FixedToken, application, principal, tenant
from tests.support.scripted import Scripted

with Scripted(tenant(application(), principal())) as graph:
    reading = GraphDirectory(graph.url, FixedToken).read([AppQuery(CLIENT_ID)], seconds=20)
    assert reading.apps[CLIENT_ID]
print(json.dumps([name for name in sys.modules if name.startswith("msgraph.")]))
"""
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True
    )
    modules = json.loads(done.stdout)
    assert not [name for name in modules if name.startswith("msgraph.generated.models")]
    assert len(modules) < 20
