"""The mail adapter over real HTTP, against a scripted server on loopback."""

import logging
import socket
import traceback
from base64 import b64decode
from collections.abc import Mapping, Sequence
from contextlib import closing
from email import message_from_bytes
from email.policy import default
from functools import partial
from pathlib import Path

import pytest
from azure.core.credentials import AccessToken, TokenCredential
from azure.core.exceptions import ClientAuthenticationError

from shared.adapters.channels.mail import MailboxChannel, Writer
from shared.core.model.message import Message
from shared.core.model.watchlist import EmailChannel, TeamsChannel
from shared.ports.errors import ChannelError, DirectoryError
from shared.render.mail.mail import mail
from tests.support.notices import INSTALLER, RENEWER, message, notice, service_view
from tests.support.scripted import Reply, Scripted, reply

TOKEN = "eyJ0eXAi.oNlY4TeSt"
SENDER = "alerts@example.org"
CHANNEL = EmailChannel("its", ("its@example.org", "lead@its.example.org"))
MESSAGE = message(notice(service_view(), roles=INSTALLER))
ACCEPTED = Reply(202)


class FakeCredential:
    """A credential with a known token, or one that fails."""

    def __init__(self, failure: Exception | None = None, token: str = TOKEN) -> None:
        self.failure = failure
        self.token = token
        self.scopes: list[str] = []
        self.closed = 0

    def get_token(self, *scopes: str, **_options: object) -> AccessToken:
        self.scopes += scopes
        if self.failure:
            raise self.failure
        return AccessToken(self.token, 2**31)

    def close(self) -> None:
        self.closed += 1


class Clock:
    """Records the waits instead of waiting."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)


def writer(
    sender: str = SENDER, channels: Mapping[str, TeamsChannel | EmailChannel] | None = None
) -> Writer:
    url = "https://lapsewatch.example.org/api/page"
    return partial(mail, to=CHANNEL.to, sender=sender, channels=channels, page_url=url)


def mailbox(
    graph: str,
    credential: TokenCredential | None = None,
    clock: Clock | None = None,
    *,
    sender: str = SENDER,
    channels: Mapping[str, TeamsChannel | EmailChannel] | None = None,
) -> MailboxChannel:
    fake = credential or FakeCredential()
    return MailboxChannel(
        CHANNEL.name,
        writer(sender, channels),
        sender=sender,
        graph=graph,
        sign_in=lambda: fake,
        read_seconds=0.3,
        sleep=clock or Clock(),
    )


def failure(channel: MailboxChannel, sent: Message = MESSAGE) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        channel.send(sent)
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert TOKEN not in "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert str(caught.value).startswith("Channel “its”: not sent. ")
    return caught.value


def failed(replies: Sequence[Reply], clock: Clock | None = None) -> tuple[ChannelError, int]:
    with Scripted(replies) as graph:
        return failure(mailbox(graph.url, clock=clock)), len(graph.asked)


def error(status: int, code: str) -> Reply:
    return reply({"error": {"code": code, "message": f"token {TOKEN}"}}, status)


def test_mail_is_posted_once_as_mime_from_the_sender() -> None:
    fake = FakeCredential()
    with Scripted([ACCEPTED]) as graph:
        mailbox(graph.url, fake).send(MESSAGE)
    [asked] = graph.asked
    assert (asked.method, asked.path) == ("POST", f"/v1.0/users/{SENDER}/sendMail")
    assert (asked.headers["content-type"], asked.headers["authorization"]) == (
        "text/plain",
        f"Bearer {TOKEN}",
    )
    assert (fake.scopes, fake.closed) == ([f"{graph.url}/.default"], 1)
    found = message_from_bytes(b64decode(asked.body, validate=True), policy=default)
    made = mail(
        MESSAGE, to=CHANNEL.to, sender=SENDER, page_url="https://lapsewatch.example.org/api/page"
    )
    assert (found["From"], found["To"]) == (
        f"Lapsewatch <{SENDER}>",
        "its@example.org, lead@its.example.org",
    )
    assert found["Subject"] == made.subject
    text, html = found.iter_parts()
    assert text.get_content().splitlines() == made.text.splitlines()
    assert html.get_content().splitlines() == made.html.splitlines()


def test_replies_go_to_the_other_party() -> None:
    installers = EmailChannel("libapps-admins", ("libapps-admins@example.org",))
    with Scripted([ACCEPTED]) as graph:
        mailbox(graph.url, channels={"its": CHANNEL, "libapps-admins": installers}).send(
            message(notice(service_view(), roles=RENEWER))
        )
    assert (
        message_from_bytes(b64decode(graph.asked[0].body))["Reply-To"]
        == "libapps-admins@example.org"
    )


def test_sender_with_special_characters_is_quoted_in_the_url() -> None:
    with Scripted([ACCEPTED]) as graph:
        mailbox(graph.url, sender="a/../b?c#d@example.org").send(MESSAGE)
    assert graph.asked[0].path == "/v1.0/users/a/../b?c#d@example.org/sendMail", (
        "decoded by the server, after it was split"
    )


def test_netrc_file_does_not_replace_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n", "utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with Scripted([ACCEPTED]) as graph:
        mailbox(graph.url).send(MESSAGE)
    assert graph.asked[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_transient_failure_is_retried(status: int) -> None:
    clock = Clock()
    with Scripted(
        [Reply(status, headers={"Retry-After": "2.128"}), Reply(status), ACCEPTED]
    ) as graph:
        mailbox(graph.url, clock=clock).send(MESSAGE)
    assert len(graph.asked) == 3
    assert clock.waits == [2.128, 2]
    assert len({asked.body for asked in graph.asked}) == 1


def test_sending_limit_is_left_to_a_later_check() -> None:
    clock = Clock()
    said, asked = failed([error(429, "ApplicationThrottled")] * 4, clock)
    assert said.transient
    assert (
        f"{SENDER} sends more mail than Exchange allows (30 messages a minute)."
        " The next check tries again (HTTP 429" in str(said)
    )
    assert (asked, clock.waits) == (4, [1, 2, 4])
    said, asked = failed([Reply(429, headers={"Retry-After": "31"})])
    assert said.transient
    assert asked == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            error(403, "ErrorAccessDenied"),
            f"The identity may not send as {SENDER}. Give it the role “Application Mail.Send” for",
        ),
        (error(403, "ErrorSendAsDenied"), f"The identity may not send as {SENDER}."),
        (
            Reply(403, b"<html>"),
            "in Exchange Online; it may take two hours to take effect (HTTP 403).",
        ),
        (
            error(404, "ErrorInvalidUser"),
            f"The mailbox {SENDER} does not exist, or cannot send. Check LAPSEWATCH_MAIL_SENDER",
        ),
        (error(404, "MailboxNotEnabledForRESTAPI"), f"The mailbox {SENDER} does not exist"),
        (Reply(404), f"The mailbox {SENDER} does not exist"),
        (
            error(400, "ErrorInvalidRecipients"),
            "does not accept an address of a recipient. Check “to” of the channel in the watchlist",
        ),
        (error(400, "ErrorMimeContentInvalid"), "Graph does not accept the mail. Check “to”"),
        (
            error(401, "InvalidAuthenticationToken"),
            "Graph does not accept the token. Check that LAPSEWATCH_GRAPH names the cloud",
        ),
        (Reply(413), "The mail is too large."),
        (Reply(418), "an unexpected response"),
        (
            Reply(302, headers={"Location": "https://elsewhere.example/"}),
            "redirects are not followed. Check LAPSEWATCH_GRAPH",
        ),
    ],
)
def test_permanent_failure_says_what_to_do_without_a_retry(answer: Reply, words: str) -> None:
    said, asked = failed([answer])
    assert not said.transient
    assert words in str(said)
    assert f"(HTTP {answer.status}" in str(said)
    assert asked == 1


@pytest.mark.parametrize("answer", [Reply(hang=True), Reply(reset=True)], ids=["silence", "broken"])
def test_missing_response_is_not_retried(
    answer: Reply,
) -> None:
    said, asked = failed([answer, ACCEPTED])
    assert said.transient
    assert "so the mail may or may not have been sent" in str(said)
    assert asked == 1


def test_failed_connection_is_retried() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as nobody:
        port = nobody.getsockname()[1]
    clock = Clock()
    said = failure(mailbox(f"http://127.0.0.1:{port}", clock=clock))
    assert said.transient
    assert "Graph could not be reached. The next check tries again" in str(said)
    assert clock.waits == [1, 2, 4]


def test_server_without_tls_is_an_error() -> None:
    with Scripted([]) as graph:
        said = failure(mailbox(graph.url.replace("http:", "https:")))
    assert said.transient
    assert "No secure connection to Graph" in str(said)


@pytest.mark.parametrize(
    "wrong",
    [
        ClientAuthenticationError(f"no such identity: {TOKEN}"),
        ValueError(f"no such identity:\n{TOKEN}."),
        AttributeError("no such identity: …"),
    ],
    ids=lambda wrong: type(wrong).__name__,
)
def test_missing_token_sends_nothing_and_quotes_no_response(wrong: Exception) -> None:
    fake = FakeCredential(wrong)
    with Scripted([ACCEPTED]) as graph:
        said = failure(mailbox(graph.url, fake))
    assert (said.transient, said.code) == (True, type(wrong).__name__)
    assert (
        "The sign-in says: no such identity: …. In Azure: is the managed identity assigned to"
        in str(said)
    )
    assert (graph.asked, fake.closed) == ([], 1)


def test_unsafe_sign_in_keeps_its_text() -> None:
    def unsafe() -> TokenCredential:
        raise DirectoryError("The sign-in of 'az login' is never sent there.", transient=False)

    said = failure(
        MailboxChannel(
            CHANNEL.name, writer(), sender=SENDER, graph="http://127.0.0.1:1", sign_in=unsafe
        )
    )
    assert not said.transient
    assert str(said) == "Channel “its”: not sent. The sign-in of 'az login' is never sent there."


def test_malformed_token_is_not_shown() -> None:
    with Scripted([ACCEPTED]) as graph:
        said = failure(mailbox(graph.url, FakeCredential(token=f"{TOKEN}\r\nx: y")))
    assert "cannot be used" in str(said)
    assert graph.asked == []


def test_no_log_shows_the_token_or_the_mailbox(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    failed([Reply(503), error(403, "ErrorAccessDenied")])
    failed([Reply(404, headers={"no header": "at all"})])
    failed([Reply(reset=True)])
    assert TOKEN not in caplog.text
    assert "sendMail" not in caplog.text
