"""Paths and queries, as Kestrel and ASP.NET Core read them."""

import pytest

from local.functions_host.targets import encoded, parameter, parameters, path_of


@pytest.mark.parametrize(
    ("raw", "path", "again"),
    [
        ("/api/health", "/api/health", "/api/health"),
        ("/api/page/assets/../../health", "/api/health", "/api/health"),
        ("/api/./health/.", "/api/health/", "/api/health/"),
        ("/api/health/..", "/api/", "/api/"),
        ("/../../x", "/x", "/x"),
        ("/a/%2e%2E/b", "/b", "/b"),
        ("/a..b/.c", "/a..b/.c", "/a..b/.c"),
        ("/api//health", "/api//health", "/api//health"),
        ("/a%2Fb.css", "/a%2Fb.css", "/a%2Fb.css"),
        ("/a%2fb%20c", "/a%2fb c", "/a%2fb%20c"),
        ("/..%2F..", "/..%2F..", "/..%2F.."),
        ("/a%20b+c", "/a b+c", "/a%20b+c"),
        ("/%C3%A4%E2%82%AC", "/ä€", "/%C3%A4%E2%82%AC"),
        ("/%FF%41", "/%FFA", "/%FFA"),
        ("/100%", "/100%", "/100%25"),
        ("/%3Fa%23", "/?a#", "/%3Fa%23"),
    ],
)
def test_a_path_is_decoded_and_resolved_but_for_slashes(raw: str, path: str, again: str) -> None:
    assert path_of(raw) == path
    assert encoded(path) == again


def test_zero_byte_in_a_path_is_refused() -> None:
    with pytest.raises(ValueError, match="zero byte"):
        path_of("/a%00b")


def test_parameters_are_joined_by_name_in_any_letter_case() -> None:
    query = "q=1&Q=2&e=&plus=a+b&x=%C3%A4%3D&&alone&=v&q"
    assert parameters(query) == {
        "q": ["1", "2", ""],
        "e": [""],
        "plus": ["a b"],
        "x": ["ä="],
        "alone": [""],
        "": ["v"],
    }
    assert (parameter("CODE=a&code=b", "code"), parameter("cod=a", "code")) == ("a", "")
