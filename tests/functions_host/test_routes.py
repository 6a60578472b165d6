"""Route templates, as the host in Azure reads them."""

import pytest

from local.functions_host.routes import route

GUID = "5f6ae1b4-2c9e-4d7a-8f5b-3c1d2e4f6a7b"


@pytest.mark.parametrize(
    ("template", "path", "parameters"),
    [
        ("status", "/api/status", {}),
        ("status", "/API/Status/", {}),
        ("status", "/api/status.csv", None),
        ("status.csv", "/api/status.csv", {}),
        ("status.csv", "/api/statusxcsv", None),
        ("status/{id}", "/api/status/a b", {"id": "a b"}),
        ("status/{id}", "/api/status", None),
        ("status/{id}", "/api/status/a/b", None),
        ("status/{id?}", "/api/status", {}),
        ("status/{id:guid?}", f"/api/status/{GUID}", {"id": GUID}),
        ("status/{id:guid?}", "/api/status/5f6ae1b4", None),
        (
            "n/{a:int}/{b:alpha}/{c:bool}",
            "/api/n/-12/abC/True",
            {"a": "-12", "b": "abC", "c": "True"},
        ),
        ("n/{a:int}/{b:alpha}/{c:bool}", "/api/n/1.5/abc/true", None),
        ("files/{*path}", "/api/files/a/b", {"path": "a/b"}),
        ("files/{*path}", "/api/files", {}),
        ("files/{*path}", "/api/filesystem", None),
    ],
)
def test_a_template_matches_what_it_describes(
    template: str, path: str, parameters: dict[str, str] | None
) -> None:
    assert route("api", template).match("GET", path) == parameters


def test_route_without_methods_or_prefix() -> None:
    assert route("", "a").match("PURGE", "/a") == {}
    assert route("", "a", ["get"]).match("GET", "/a") == {}
    assert route("", "a", ["get"]).match("HEAD", "/a") is None
