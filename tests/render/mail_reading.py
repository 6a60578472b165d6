"""Write mails in tests, and read what a mail client finds in them."""

from collections.abc import Mapping
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

from shared.core.model.message import Message
from shared.core.model.watchlist import EmailChannel, Runbook, TeamsChannel
from shared.render.mail.mail import mail
from shared.render.mail.mime import Mail, as_bytes
from tests.render.mail_cases import CHANNELS, SENDER
from tests.support.notices import (
    INSTALLER,
    LIBCAL,
    RUNBOOK,
    message,
    notice,
    service_view,
)

type Channels = Mapping[str, TeamsChannel | EmailChannel]


class Page(HTMLParser):
    """What a mail client finds in an HTML part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, Mapping[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    @property
    def links(self) -> list[str]:
        return [attributes["href"] or "" for tag, attributes in self.tags if tag == "a"]


def sent(message: Message, page_url: str = "", channels: Channels = CHANNELS) -> Mail:
    """Return the mail about a message, to two addresses."""
    return mail(
        message,
        to=("reader@example.org", "desk@example.org"),
        sender=SENDER,
        channels=channels,
        page_url=page_url,
    )


def parsed(made: Mail) -> EmailMessage:
    """Return a mail as an email client parses it."""
    found = message_from_bytes(as_bytes(made), policy=default)
    assert isinstance(found, EmailMessage)
    return found


def part(found: EmailMessage, kind: str) -> str:
    """Return the text or the HTML of a mail."""
    body = found.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def mailto_of(made: Mail) -> str:
    """Return the only mailto: link of a mail."""
    [link] = [link for link in Page(made.html).links if link.startswith("mailto:")]
    return link


def request(text: str, to: str = "its-helpdesk@example.org", page_url: str = "") -> Mail:
    """Return the mail to an installer whose runbook has this request."""
    service = replace(
        LIBCAL,
        request_to=to,
        runbook=Runbook("runbooks/x.md", {**RUNBOOK.sections, "Request": text}),
    )
    return sent(message(notice(service_view(service=service), roles=INSTALLER)), page_url)
