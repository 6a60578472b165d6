"""A mail is sorted by its subject and read in any client; nothing that came from outside can act in its headers, text, HTML or links.

The HTML is made for Outlook on Windows, which shows mail by Word: tables, styles in the elements, 600 pixels, no images.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from shared.core.model.message import Message, Notice, Role
from shared.core.model.views import AppView, LeftoverView, ServiceView, UnclaimedView, View
from shared.core.model.vocabulary import Severity
from shared.core.model.watchlist import EmailChannel, Service, TeamsChannel
from shared.render.mail import plain_text
from shared.render.mail.letter import letter
from shared.render.text import mail_markdown
from shared.render.text.escape import clean
from shared.render.text.headlines import headline, kind

PRODUCT = "Lapsewatch"
MAX_SUBJECT_CHARS = 200
COLORS = {
    Severity.CRITICAL: "#c50f1f",
    Severity.WARNING: "#bc4b09",
    Severity.NOTICE: "#0f6cbd",
    Severity.OK: "#107c10",
}


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to be sent; `as_bytes` writes it."""

    sender: str
    to: tuple[str, ...]
    reply_to: tuple[str, ...]
    subject: str
    text: str
    html: str
    urgent: bool
    """It has high importance."""
    date: datetime


def mail(
    message: Message,
    *,
    to: tuple[str, ...],
    sender: str,
    channels: Mapping[str, TeamsChannel | EmailChannel] | None = None,
    page_url: str = "",
) -> Mail:
    """Write `message` to the addresses `to`, from the mailbox `sender`.

    `channels` are those of the watchlist: an answer goes to the other party, where that can be reached by mail.
    `page_url` is the https address of the status page, if there is one.
    """
    answers = reply_to(message, channels or {})
    words = letter(message, page_url=page_url, reply_to=answers)
    about = subject(message)
    return Mail(
        sender=sender,
        to=to,
        reply_to=answers,
        subject=about,
        text=plain_text.text(words),
        html=_template().render(letter=words, subject=about),
        urgent=message.severity == Severity.CRITICAL,
        date=message.now,
    )


class _Policy(EmailPolicy):
    """The library's rules for mail, but for the subject: it loses and doubles spaces where plain and encoded words meet in a long one.

    A plain subject stays on one line, within the 998 characters of RFC 5322: broken before its first word, it would be
    sorted under a space. Any other is encoded as a whole (RFC 2047).
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """Write a header."""
        if name != "Subject":
            return super().fold_binary(name, value)
        whole = (
            value
            if value.isascii()
            else Header(value, "utf-8", header_name=name).encode(linesep=self.linesep)
        )
        return f"{name}: {whole}{self.linesep}".encode("ascii")


_POLICY = _Policy(linesep=SMTP.linesep)


def as_bytes(mail: Mail) -> bytes:
    """Write a mail as MIME, a text and an HTML part. The library encodes what is not ASCII, and refuses a line break in a header."""
    made = EmailMessage(_POLICY)
    made["From"] = _address(mail.sender, PRODUCT)
    made["To"] = [_address(address) for address in mail.to]
    if mail.reply_to:
        made["Reply-To"] = [_address(address) for address in mail.reply_to]
    made["Subject"] = mail.subject
    made["Date"] = mail.date
    made["Auto-Submitted"] = (
        "auto-generated"  # RFC 3834: a program writes, so that nobody's absence note answers
    )
    if mail.urgent:
        made["Importance"] = "high"
        made["X-Priority"] = "1"
    made.set_content(mail.text, cte="quoted-printable")
    made.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return made.as_bytes()


def subject(message: Message) -> str:
    """Give a subject by which mails sort: first, in brackets, whose tenant it is about, where there are several, and what it is about."""
    return (
        f"[{clean(message.tenant_name)}] {_about(message)}"
        if message.tenant_name
        else _about(message)
    )


def _about(message: Message) -> str:
    """Say what it is about; of several notices the most urgent, and how many more."""
    if (
        message.test
        or message.introduction
        or not message.notices
        or (message.inventory is not None and len(message.notices) > 1)
    ):
        about = _bracketed(kind(message), PRODUCT)
        waiting = len(message.notices) if message.inventory is None else 0
        return (
            f"{about}; {waiting} {'needs' if waiting == 1 else 'need'} you now"
            if waiting
            else about
        )
    first = max(message.notices, key=lambda notice: notice.severity.rank)
    about = clean(
        _bracketed(headline(first, now=message.now, zone=message.zone), _name(first.view)),
        MAX_SUBJECT_CHARS,
    )
    more = len(message.notices) - 1
    joint = " And" if about.endswith("?") else ", and"
    return f"{about}{joint} {more} more" if more else about


def reply_to(
    message: Message, channels: Mapping[str, TeamsChannel | EmailChannel]
) -> tuple[str, ...]:
    """Give the addresses of the other party, if they are the same for all that the message says of services; else none.

    For installers it is the service's `request_to`; for renewers, the mailboxes of the installers.
    """
    about_services = [notice for notice in message.notices if _services(notice.view)]
    found = {_other_party(notice, channels) for notice in about_services}
    return found.pop() if len(found) == 1 else ()


def _other_party(
    notice: Notice, channels: Mapping[str, TeamsChannel | EmailChannel]
) -> tuple[str, ...]:
    services = _services(notice.view)
    addresses: Iterator[str] = iter(())
    if Role.INSTALLER in notice.roles:
        wanted = {service.request_to for service in services}
        addresses = iter(wanted if len(wanted) == 1 else ())
    elif Role.RENEWER in notice.roles:
        installers = [channels.get(name) for service in services for name in service.installer]
        addresses = (
            address
            for channel in installers
            if isinstance(channel, EmailChannel)
            for address in channel.to
        )
    return tuple(dict.fromkeys(filter(None, addresses)))


def _services(view: View) -> tuple[Service, ...]:
    match view:
        case ServiceView():
            return (view.service,)
        case LeftoverView():
            return (view.owner.service,)
        case UnclaimedView() | AppView():
            return view.watched.services
        case _:
            return ()


def _name(view: View) -> str:
    """Give what an item's headline may begin with."""
    match view:
        case ServiceView():
            return clean(view.service.name)
        case LeftoverView():
            return clean(view.owner.service.name)
        case AppView():
            return clean(view.watched.name)
        case _:
            return PRODUCT


def _bracketed(words: str, name: str) -> str:
    """Put the name with which `words` begin into brackets: "[LibCal] secret ends in 21 days (13 Dec)"."""
    rest = words.removeprefix(name)
    return f"[{name}] {rest.lstrip(': ')}" if rest != words else f"[{PRODUCT}] {words}"


def _address(address: str, name: str = "") -> Address:
    user, _, domain = address.rpartition("@")
    return Address(name, user, domain)


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["color_of"] = COLORS
    environment.filters["markdown"] = lambda markdown: Markup(mail_markdown.html(markdown))  # noqa: S704  (raw HTML is off there)
    return environment.get_template("mail.html.j2")
