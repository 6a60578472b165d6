"""`If-None-Match`: a caller that has the document gets 304 (RFC 9110, 13.1.2)."""

import pytest

from shared.render.feeds.document_parts import Json
from shared.web import response

DOCUMENT: Json = {"generated_at": "2026-11-28T12:00:00Z", "services": []}
TAG = response.status(DOCUMENT, None, None).headers["ETag"]


@pytest.mark.parametrize("known", ["*", " * ", TAG, f"W/{TAG}", f'"other", {TAG}', f"{TAG},x"])
def test_a_known_document_is_not_sent_again(known: str) -> None:
    found = response.status(DOCUMENT, None, known)
    assert (found.status, found.body, found.headers["ETag"]) == (304, "", TAG)
    assert response.asset({"page.css": ("text/css", "x")}, "page.css", "*").status == 304


@pytest.mark.parametrize("known", [None, "", '"other"', TAG.strip('"'), '"*"', f"{TAG[:-2]}*"])
def test_another_document_is_sent(known: str | None) -> None:
    assert response.status(DOCUMENT, None, known).status == 200


def test_what_does_not_exist_has_no_tag() -> None:
    assert response.status(DOCUMENT, "libcal", "*").status == 404
    assert response.asset({}, "page.css", "*").status == 404
