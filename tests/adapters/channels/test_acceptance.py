"""What counts as received: only the service's own answer, never a page or an error with 2xx."""

from collections.abc import Mapping
from typing import NamedTuple

import pytest

from shared.adapters.channels.heartbeat import HeartbeatPing
from shared.adapters.channels.http_request import MAX_BODY_BYTES
from shared.adapters.channels.mail import MailboxChannel
from shared.adapters.channels.teams import TeamsWebhook
from shared.adapters.channels.webhook import SignedWebhook
from shared.core.model.secret import Secret
from shared.core.model.watchlist import TeamsChannel, WebhookChannel
from shared.ports.errors import ChannelError
from shared.render.card.card import cards
from shared.render.feeds.webhook import webhook_document
from tests.adapters.channels.test_mail import FakeCredential, writer
from tests.support.notices import message
from tests.support.scripted import Reply, Scripted, reply

SECRET = "sOmEsIgNaTuRe"
SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HTML, TEXT, JSON = ({"Content-Type": kind} for kind in ("text/html", "text/plain", "text/json"))
PAGE = f"<!DOCTYPE html><title>Sign in</title><a href='?sig={SECRET}'>".encode()
CONNECTOR = b"Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP"
FLOW, MAIL, BEAT = "a card", "a mail", "the heartbeat"
HOOK = "a webhook"


class Case(NamedTuple):
    """An answer, and who takes it as received."""

    answer: Reply
    takers: frozenset[str]


def case(answer: Reply, *takers: str) -> Case:
    return Case(answer, frozenset(takers))


CASES: Mapping[str, Case] = {
    "202, empty": case(Reply(202), FLOW, MAIL, BEAT, HOOK),
    "202, blanks": case(Reply(202, b"\r\n ", TEXT), FLOW, MAIL, BEAT, HOOK),
    "200, empty": case(Reply(200), FLOW, BEAT, HOOK),
    "200, JSON": case(reply({"posted": True}), FLOW, BEAT, HOOK),
    "200, JSON with a mark at its start": case(
        Reply(200, b"\xef\xbb\xbf{}", JSON), FLOW, BEAT, HOOK
    ),
    "200, no error": case(
        reply({"error": None, "errors": [], "statusCode": 200}), FLOW, BEAT, HOOK
    ),
    "200, a connector's 1": case(Reply(200, b"1", TEXT), FLOW, BEAT, HOOK),
    "200, OK": case(Reply(200, b"OK", TEXT), BEAT, HOOK),
    "200, an unknown check": case(Reply(200, b"OK (not found)", TEXT)),
    "200, too many pings": case(Reply(200, b"OK (rate limited)\n", TEXT)),
    "200, ok": case(reply({"ok": True}), FLOW, BEAT, HOOK),
    "200, not ok": case(reply({"ok": False, "msg": SECRET})),
    "200, a page": case(Reply(200, PAGE, HTML)),
    "202, a page": case(Reply(202, PAGE, HTML)),
    "202, a page as XHTML": case(Reply(202, b"x", {"Content-Type": "application/xhtml+xml"})),
    "200, a page in other letters": case(
        Reply(200, PAGE, {"Content-Type": "Text/HTML; charset=utf-8"})
    ),
    "200, a page without its type": case(Reply(200, b"\n" + PAGE)),
    "200, a page with a mark at its start": case(Reply(200, b"\xef\xbb\xbf" + PAGE, TEXT)),
    "200, a page in UTF-16": case(Reply(200, PAGE.decode().encode("utf-16"), TEXT)),
    "202, a page in UTF-16, turned": case(
        Reply(202, b"\xfe\xff" + PAGE.decode().encode("utf-16-be"), TEXT)
    ),
    "200, a page called JSON": case(Reply(200, PAGE, JSON)),
    "200, an empty page": case(Reply(200, b"", HTML)),
    "200, a connector's failure": case(Reply(200, CONNECTOR, TEXT), BEAT),
    "200, an error": case(reply({"error": {"code": "WorkflowFailed", "message": SECRET}})),
    "202, an error": case(reply({"error": SECRET}, 202)),
    "200, errors": case(reply({"errors": [SECRET]})),
    "200, a status": case(reply({"statusCode": 401, "message": SECRET})),
    "200, half of a document": case(Reply(200, b'{"posted": ', JSON, missing=5), BEAT),
    "202, breaks off": case(Reply(202, b"", TEXT, missing=5), FLOW, MAIL, BEAT, HOOK),
    "200, packed wrongly": case(Reply(200, b"{}", {"Content-Encoding": "gzip"}), BEAT),
    "200, too long": case(Reply(200, b"[" * (MAX_BODY_BYTES + 1), JSON), BEAT),
    "201": case(Reply(201), BEAT, HOOK),
    "203, changed on the way": case(Reply(203), BEAT, HOOK),
    "204": case(Reply(204), BEAT, HOOK),
    "206, a part": case(Reply(206, b"{}", JSON), BEAT, HOOK),
    "302": case(Reply(302, headers={"Location": f"https://elsewhere.example/?{SECRET}"})),
    "307": case(Reply(307, headers={"Location": "/again"})),
}
ACCEPTED = {
    kind: {name for name, each in CASES.items() if kind in each.takers}
    for kind in (FLOW, MAIL, BEAT, HOOK)
}


def send(kind: str, url: str) -> None:
    if kind == FLOW:
        TeamsWebhook(TeamsChannel("its", Secret(f"{url}/x?sig={SECRET}")), cards).send(message())
    elif kind == MAIL:
        MailboxChannel(
            "its", writer(), sender="a@example.org", graph=url, sign_in=FakeCredential
        ).send(message())
    elif kind == HOOK:
        hook = WebhookChannel("its", Secret(f"{url}/{SECRET}"), Secret(SIGNING))
        SignedWebhook(hook, webhook_document).send(message())
    else:
        HeartbeatPing(Secret(f"{url}/{SECRET}")).beat(good=True)


@pytest.mark.parametrize("kind", ACCEPTED)
@pytest.mark.parametrize("name", CASES)
def test_only_the_services_own_answer_counts_as_received(kind: str, name: str) -> None:
    """What else came is named by status and type, without a word of its text."""
    with Scripted(lambda _: CASES[name].answer) as server:
        if name in ACCEPTED[kind]:
            send(kind, server.url)
            return
        with pytest.raises(ChannelError) as caught:
            send(kind, server.url)
    answer = CASES[name].answer
    assert f"HTTP {answer.status}" in str(caught.value)
    assert caught.value.transient == (answer.status < 300)
    assert SECRET not in str(caught.value)
    assert "Sign in" not in str(caught.value)
    assert len(server.asked) == 1


@pytest.mark.parametrize("kind", [FLOW, MAIL, HOOK])
def test_unknown_answer_names_its_type_and_the_likely_cause(kind: str) -> None:
    with Scripted(lambda _: Reply(200, PAGE, HTML)) as server, pytest.raises(ChannelError) as page:
        send(kind, server.url)
    assert "A proxy or a sign-in page may have answered in its place." in str(page.value)
    assert "(HTTP 200, text/html)" in str(page.value)
    odd = Reply(203, b"?")
    with Scripted(lambda _: odd) as server, pytest.raises(ChannelError) as nothing:
        send(kind, server.url)
    assert "(HTTP 203, no content type)" in str(nothing.value)


def test_odd_content_type_is_not_quoted() -> None:
    odd = {"Content-Type": f"text/\x1b[31m{SECRET}"}
    with Scripted(lambda _: Reply(200, b"?", odd)) as server, pytest.raises(ChannelError) as caught:
        send(FLOW, server.url)
    assert "(HTTP 200, no content type)" in str(caught.value)


def test_error_code_in_several_pieces_is_found() -> None:
    """A flow answers in chunks; the first one may end anywhere."""
    body = b'4\r\n{"er\r\n21\r\nror": {"code": "WorkflowFailed"}}\r\n0\r\n\r\n'
    answer = Reply(400, body, {"Transfer-Encoding": "chunked"})
    with Scripted([answer]) as server, pytest.raises(ChannelError) as caught:
        send(FLOW, server.url)
    assert caught.value.code == "WorkflowFailed"
