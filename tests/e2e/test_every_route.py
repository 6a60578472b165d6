"""Every route answers HEAD as GET, and no other method than the described ones."""

from typing import Any

import requests

from tests.functions_host.host_process import Host
from tests.support.openapi import PATHS, described

KEY = {"x-functions-key": "local"}
READ = sorted(path for path, operations in PATHS.items() if "get" in operations)
METHODS = {"get", "head", "post", "put", "patch", "delete", "options", "trace", "query"}


def ask(host: Host, method: str, path: str, headers: dict[str, str]) -> requests.Response:
    return requests.request(
        method, f"{host.url}{path}", headers=headers, timeout=60, allow_redirects=False
    )


def headers_of(answer: requests.Response) -> dict[str, str]:
    """Return the headers, without the time, the framing and the tag of a text with the time."""
    changing = {"date", "content-length", "transfer-encoding", "etag"}
    return {name: value for name, value in answer.headers.items() if name.lower() not in changing}


def test_head_is_answered_as_get(signed_in: Host) -> None:
    for path in READ:
        for asked in (path.format(name="page.css"), f"{path.format(name='x')}?tenant=nobody"):
            for headers in (KEY, {}):
                got = described(ask(signed_in, "GET", asked, headers))
                head = ask(signed_in, "HEAD", asked, headers)
                assert (asked, head.status_code, head.content) == (asked, got.status_code, b"")
                assert headers_of(head) == headers_of(got)
                assert "content-length" not in head.headers  # as the host in Azure
                assert got.status_code in {200, 303, 401, 404}


def test_monitor_may_ask_by_head(signed_in: Host) -> None:
    for path in ("health", "calendar.ics?code=local", "metrics?code=local"):
        assert ask(signed_in, "HEAD", f"/{path}", {}).status_code == 200
    etag = ask(signed_in, "HEAD", "/status", KEY).headers["etag"]
    assert ask(signed_in, "HEAD", "/status", KEY | {"If-None-Match": etag}).status_code == 304


def test_head_of_a_form_does_nothing(signed_in: Host) -> None:
    own: dict[str, Any] = {"Sec-Fetch-Site": "same-origin"}
    head = requests.head(f"{signed_in.url}/page/check", data={"x": "1"}, headers=own, timeout=60)
    assert (head.status_code, head.headers["location"]) == (303, "/api/page")
    assert ask(signed_in, "GET", "/status", KEY).json()["check"]["last_attempt"] is None


def test_other_methods_are_unknown(signed_in: Host) -> None:
    for path, operations in PATHS.items():
        for method in sorted(METHODS - set(operations)):
            answer = ask(signed_in, method.upper(), path.format(name="page.css"), KEY)
            assert (path, method, answer.status_code) == (path, method, 404)
            if (path, method) == ("/page/status.csv", "post"):  # the route of the forms answers
                assert answer.json()["title"] == "No such form"
            else:
                assert answer.content == b""
