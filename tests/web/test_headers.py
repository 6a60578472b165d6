"""No header of a response carries text from outside that the Functions host refuses.

The host answers 500 to a header that is not ASCII or has a line break, and to a Content-Length
that is not the body's (docs/operate.md, "What turns a function off").
"""

import contextlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import azure.functions as func
import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableServiceClient
from hypothesis import example, given, settings
from hypothesis import strategies as st

from local.azurite import Azurite
from local.stand_in.tenant import Tenant
from shared.web.forms import MEDIA_TYPE
from tests.support.app_routes import functions
from tests.support.hostile import TEXTS
from tests.support.toml import watchlist_toml

SERVICE = 'Lib\u202eCal "ü"; filename=x \u2028\U0001f4c5 =1+1'
EVIL = "ü\r\nSet-Cookie: evil=1\r\n\r\n<x>"
HOSTILE = [EVIL, SERVICE, "100 %", *(text for text in TEXTS.values() if len(text) < 500)]
TOKEN = "x-ms-token-aad-id-token"
texts = (st.sampled_from(HOSTILE) | st.text(max_size=20)).map(
    lambda text: text.encode("utf-8", "replace").decode("utf-8")  # the host passes on UTF-8 only
)
PARTS = ["confirm", "claim", "page.css", "page.js"]
ROUTES = {
    name: [method.value for method in binding["methods"]]
    for name, function in functions().items()
    if (binding := function.get_trigger().get_dict_repr())["type"] == "httpTrigger"
}


def answer(name: str, method: str, body: bytes = b"", **parts: Any) -> func.HttpResponse:  # noqa: ANN401  (what a request has)
    request = func.HttpRequest(
        method, "http://127.0.0.1/api/x", **{"params": {}, "route_params": {}} | parts, body=body
    )
    found = functions()[name].get_user_function()(request)
    assert isinstance(found, func.HttpResponse)
    return found


def check_headers(found: func.HttpResponse) -> None:
    """Fail if the host would refuse a header of the response."""
    headers: Mapping[str, str] = found.headers
    for name, value in [*headers.items(), ("Content-Type", found.mimetype)]:
        for text in (name, value):
            assert text.isascii(), (name, value)
            assert text.isprintable(), (name, value)
        assert " " not in name
        assert name.lower() not in {"content-length", "transfer-encoding", "connection"}
        if name.lower() == "set-cookie":
            assert "," not in value  # the library would drop both cookies


@pytest.fixture(scope="module")
def tenant(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    """A tenant whose names are hostile, after a check."""
    folder = Path(tmp_path_factory.mktemp("watchlist"))
    text = watchlist_toml().replace(
        'name = "LibCal"', f"name = {json.dumps(SERVICE, ensure_ascii=False)}"
    )
    (folder / "watchlist.toml").write_text(text, "utf-8")
    with (
        TableServiceClient.from_connection_string(azurite.tables) as service,
        contextlib.suppress(ResourceNotFoundError),
    ):
        service.delete_table("Lapsewatch")
    with Tenant() as running, pytest.MonkeyPatch.context() as patched:
        for name, value in running.environment.items():
            patched.setenv(name, value)
        patched.setenv("LAPSEWATCH_TABLES", azurite.tables)
        patched.setenv("LAPSEWATCH_WATCHLIST", str(folder / "watchlist.toml"))
        checked = answer("check", "POST")
        assert checked.status_code == 200, checked.get_body()
        yield running


@settings(max_examples=5, deadline=None)
@given(first=texts, second=texts, known=st.booleans(), part=st.sampled_from(PARTS) | texts)
@example(first=EVIL, second=SERVICE, known=True, part="confirm")
@example(first=EVIL, second=SERVICE, known=False, part="confirm")
def test_every_header_is_printable_ascii(
    tenant: Tenant, first: str, second: str, part: str, *, known: bool
) -> None:
    outside = {
        "cookie": first,
        "if-none-match": second,
        "host": first,
        "origin": second,
        "x-forwarded-host": first,
        "content-type": MEDIA_TYPE,
        "content-length": "1",
    }
    if known:
        person = {TOKEN: tenant.id_token(first[:40] or "Dana"), "sec-fetch-site": "same-origin"}
        outside |= person
    params = {"tenant": "own" if known else first, "done": first, "service": second, "q": second}
    for name, methods in ROUTES.items():
        for method in methods:
            if method != "HEAD":  # as GET
                found = answer(
                    name,
                    method,
                    first.encode() if method == "POST" else b"",
                    headers=outside,
                    params=params,
                    route_params={"form": part, "name": part},
                )
                check_headers(found)


def test_a_redirect_after_a_form_is_printable_ascii(tenant: Tenant) -> None:
    """Its Location names the service, whose id comes from a hostile name."""
    service = json.loads(answer("status", "GET").get_body())["services"][0]["id"]
    until = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    found = answer(
        "page_forms",
        "POST",
        urlencode({"service": service, "until": until, "why": EVIL}).encode(),
        headers={
            TOKEN: tenant.id_token("Dana Example"),
            "sec-fetch-site": "same-origin",
            "content-type": MEDIA_TYPE,
            "content-length": "9",
        },
        route_params={"form": "acknowledge"},
    )
    assert found.status_code == 303, found.get_body()
    assert f"service={service}" in found.headers["location"]
    check_headers(found)


@pytest.mark.parametrize(
    "sent", [{"transfer-encoding": "chunked"}, {}, {"transfer-encoding": "gzip, chunked"}]
)
@pytest.mark.parametrize("form", ["confirm", "acknowledge", "claim", "check"])
def test_a_body_that_was_sent_in_chunks_is_explained(
    tenant: Tenant, form: str, sent: dict[str, str]
) -> None:
    """The host passes on an empty body instead."""
    headers = {
        TOKEN: tenant.id_token("Dana Example"),
        "sec-fetch-site": "same-origin",
        "content-type": MEDIA_TYPE,
    }
    found = answer("page_forms", "POST", headers=headers | sent, route_params={"form": form})
    assert found.status_code == 411
    detail = json.loads(found.get_body())["detail"]
    assert "sent in chunks" in detail
    assert "Content-Length" in detail
    assert "Nothing was saved" in detail
    found = answer(
        "page_forms",
        "POST",
        headers=headers | {"content-length": "0"},
        route_params={"form": form},
    )
    assert found.status_code != 411
