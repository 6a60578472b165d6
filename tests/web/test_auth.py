"""Who sent a request, and where a form came from: what counts, and what can be forged."""

from collections.abc import Mapping

import pytest

from shared.core.model.decision import Person
from shared.core.model.visitor import Visitor
from shared.ports.errors import NotSignedIn
from shared.web.auth import TOKEN, from_own_page, who

ANNA = Person("0f0c6a52-3f5e-4e26-b1a9-6f0d7f4b8c33", "Anna")
PAGE = "https://watch.example.org/api/page"
HERE = "http://127.0.0.1:7071/api/page/confirm"


class OneToken:
    """Accepts one token."""

    def visitor(self, token: str) -> Visitor:
        if token != "good":
            raise NotSignedIn("no")
        return Visitor(ANNA, frozenset({"Installer"}))


def test_id_token_identifies_the_person() -> None:
    assert who({TOKEN: " good "}, OneToken()) == Visitor(ANNA, frozenset({"Installer"}))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {TOKEN: ""},
        {TOKEN: "bad"},
        {
            "x-ms-client-principal": "e30=",
            "x-ms-client-principal-id": ANNA.object_id,
            "x-ms-client-principal-name": "Anna",
        },
        {"authorization": "Bearer good"},
    ],
)
def test_nothing_but_the_id_token_counts(headers: Mapping[str, str]) -> None:
    with pytest.raises(NotSignedIn):
        who(headers, OneToken())


def test_without_sign_in_nobody_is_signed_in() -> None:
    with pytest.raises(NotSignedIn, match="not set up"):
        who({TOKEN: "good"}, None)


@pytest.mark.parametrize(
    ("headers", "page_url", "asked", "own"),
    [
        ({"sec-fetch-site": "same-origin"}, PAGE, PAGE, True),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, PAGE, PAGE, True),
        ({"sec-fetch-site": "same-site", "origin": "https://watch.example.org"}, PAGE, PAGE, False),
        (
            {"sec-fetch-site": "cross-site", "origin": "https://watch.example.org"},
            PAGE,
            PAGE,
            False,
        ),
        ({"sec-fetch-site": "none"}, PAGE, PAGE, False),
        ({"origin": "https://watch.example.org"}, PAGE, PAGE, True),
        ({"origin": "https://Watch.example.org:443"}, PAGE, PAGE, True),
        ({"origin": "http://watch.example.org"}, PAGE, PAGE, False),
        ({"origin": "https://watch.example.org:444"}, PAGE, PAGE, False),
        ({"origin": "https://watch.example.org.evil.example"}, PAGE, PAGE, False),
        ({"origin": "null"}, PAGE, PAGE, False),
        ({"origin": "https://[x"}, PAGE, PAGE, False),
        ({"origin": ""}, PAGE, PAGE, False),
        ({}, PAGE, PAGE, False),
        ({"referer": PAGE}, PAGE, PAGE, False),
        ({"origin": "http://127.0.0.1:7071"}, "", HERE, True),
        ({"origin": "http://127.0.0.1:7072"}, "", HERE, False),
        ({"origin": "http://localhost:7071"}, HERE, HERE, True),
        ({"origin": "http://[::1]:7071"}, "http://localhost:7071/api/page", HERE, True),
        ({"origin": "http://localhost:7072"}, HERE, HERE, False),
        ({"origin": "http://localhost.evil.example:7071"}, HERE, HERE, False),
        ({"origin": "http://localhost"}, PAGE, PAGE, False),
        (
            {"origin": "https://evil.example"},
            "",
            "https://evil.example/api/page/confirm",
            False,
        ),  # the client chooses the host
        ({}, "", "", False),
        ({"origin": ""}, "", "", False),
    ],
)
def test_form_must_come_from_the_page(
    headers: Mapping[str, str], page_url: str, asked: str, *, own: bool
) -> None:
    assert from_own_page(headers, page_url=page_url, asked=asked) is own
