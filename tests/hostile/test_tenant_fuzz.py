"""Malformed pages of a tenant and responses about owners: they are read, or refused.

The oracle here reads the JSON once more, without the decoder: an app with an end that the query
selects is returned with every credential, and every other app is counted or named as unread.
"""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from shared.adapters.graph.owners import owners_of
from shared.adapters.graph.page_decoder import DecodedPage, PageDecoder
from shared.adapters.graph.response import GraphResponse
from shared.core.model.inventory import Holder
from shared.core.model.owners import AppOwners
from shared.ports.errors import DirectoryError
from shared.ports.inventory import ScanQuery
from shared.render.text.escape import clean
from tests.hostile.test_decoder_fuzz import KEY_IDS, ODD, ends_in, mutated
from tests.support.graph_objects import application, certificate, secret

QUERY = ScanQuery(datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
ENDS = "2027-05-07T06:52:46Z"
PAGE: dict[str, Any] = {
    "value": [
        application(
            appId="app-1",
            id="object-1",
            passwordCredentials=[secret(keyId=KEY_IDS[0], endDateTime=ENDS)],
        ),
        application(
            appId="app-2",
            id="object-2",
            passwordCredentials=[secret(keyId=KEY_IDS[1], endDateTime=None)],
            keyCredentials=[
                certificate(keyId=KEY_IDS[2], customKeyIdentifier=None, endDateTime=ENDS)
            ],
        ),
        application(
            appId="app-3",
            id="object-3",
            passwordCredentials=[secret(keyId=KEY_IDS[3], endDateTime="2031-01-01T00:00:00Z")],
        ),
    ],
    "@odata.nextLink": "https://graph.microsoft.com/v1.0/applications?$skiptoken=2",
}
OWNED: dict[str, Any] = {
    "id": "object-1",
    "notes": "Ticket 4711",
    "serviceManagementReference": "CMDB-7",
    "owners": [
        {
            "@odata.type": "#microsoft.graph.user",
            "id": "a1",
            "displayName": "Ann Example",
            "mail": "ann@example.org",
        },
        {"@odata.type": "#microsoft.graph.servicePrincipal", "id": "r1", "displayName": "pipeline"},
    ],
}


class Unsaid(Exception):
    """The JSON does not have it."""


def read(body: bytes, holder: Holder = Holder.APPLICATION) -> DecodedPage | None:
    """Return the page as the program reads it; `None` if the program refuses it."""
    try:
        return PageDecoder(holder, QUERY).decode(body)
    except DirectoryError as error:
        said = str(error)
    assert said.isprintable()
    assert len(said) < 2000
    return None


NOT_SAID = (Unsaid, ValueError, TypeError, KeyError, AttributeError)


def in_question(app: object) -> bool:
    """Return whether the query selects an end of an app. Raises if the JSON does not have it."""
    if not isinstance(app, dict):
        raise Unsaid
    if app.get("isDisabled") or app.get("disabledByMicrosoftStatus") not in (
        None,
        "",
        "NotDisabled",
    ):
        return False
    try:
        return any(
            ends is not None and QUERY.since <= ends <= QUERY.until
            for ends in ends_in(app).values()
        )
    except AssertionError as error:
        raise Unsaid from error


@given(mutated(PAGE))
@example(PAGE)
def test_app_on_a_page_is_complete_or_named_as_unread(document: dict[str, Any]) -> None:
    page = read(json.dumps(document).encode())
    if page is None:
        return
    assert page.applications == len(document["value"])
    assert page.next == document.get("@odata.nextLink")
    found = [(app.client_id, {each.key_id for each in app.credentials}) for app in page.apps]
    unfounded = list(found)
    for index, app in enumerate(document["value"], start=1):
        named = app.get("appId") if isinstance(app, dict) else None
        unread = f"#{index} of its page" in page.failures or (
            isinstance(named, str) and clean(named) in page.failures
        )
        with suppress(*NOT_SAID):
            if in_question(app):
                whole = (named, set(ends_in(app)))
                assert unread or whole in found
                unfounded = [each for each in unfounded if each != whole]
            continue
        assert unread  # the oracle cannot read it either
    assert unfounded == []
    if not page.failures:
        assert page.credentials == sum(
            len(app["passwordCredentials"]) + len(app["keyCredentials"])
            for app in document["value"]
        )
    assert all(
        name.isprintable() and len(name) <= 60 and str(error).isprintable()
        for name, error in page.failures.items()
    )


@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(ODD, lambda inner: st.lists(inner, max_size=3)).map(
            lambda value: json.dumps(value).encode()
        ),
        st.recursive(ODD, lambda inner: st.lists(inner, max_size=3)).map(
            lambda value: json.dumps({"value": value}).encode()
        ),
    ),
    st.sampled_from(Holder),
)
@example(b'{"value":[{"owners":' * 5_000, Holder.APPLICATION)
def test_malformed_page_is_refused_and_malformed_app_is_unread(body: bytes, holder: Holder) -> None:
    page = read(body, holder)
    if page is not None:
        assert page.apps == []
        assert page.applications == len(page.failures) == len(json.loads(body)["value"])


def owned(body: bytes) -> AppOwners | None:
    try:
        return owners_of(GraphResponse(200, {}, body))
    except DirectoryError as error:
        said = str(error)
    assert said.isprintable()
    assert len(said) < 2000
    return None


@given(mutated(OWNED))
@example(OWNED)
def test_owners_are_read_exactly_or_refused(
    document: dict[str, Any],
) -> None:
    found = owned(json.dumps(document).encode())
    if found is not None:
        assert [owner.object_id for owner in found.owners] == [
            each["id"] for each in document["owners"]
        ]
        addresses = {
            each.get("mail")
            for each in document["owners"]
            if each.get("@odata.type") in (None, "#microsoft.graph.user")
        }
        assert {owner.mail for owner in found.reachable} <= addresses
        for owner, each in zip(found.owners, document["owners"], strict=True):
            assert owner.name == (each.get("displayName") or "")
            with suppress(KeyError):
                assert not owner.person or each["@odata.type"] in (None, "#microsoft.graph.user")


@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(ODD, lambda inner: st.lists(inner, max_size=3)).map(
            lambda v: json.dumps(v).encode()
        ),
    )
)
def test_response_without_owners_is_refused(body: bytes) -> None:
    assert owned(body) is None
