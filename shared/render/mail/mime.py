"""A mail as MIME."""

from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy

PRODUCT = "Lapsewatch"


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


class _Policy(EmailPolicy):
    """The library's rules for mail, except for a long subject, in which it loses or doubles spaces.

    A plain subject stays on one line, within the 998 characters of RFC 5322: broken before its
    first word, it would be sorted under a space. Any other is encoded as a whole (RFC 2047).
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return a header as it is sent."""
        if name != "Subject":
            return super().fold_binary(name, value)
        if not value.isascii():
            value = Header(value, "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {value}{self.linesep}".encode("ascii")


_POLICY = _Policy(linesep=SMTP.linesep)


def as_bytes(mail: Mail) -> bytes:
    """Return a mail as MIME, with a text and an HTML part.

    The library encodes what is not ASCII, and refuses a line break in a header.
    """
    made = EmailMessage(_POLICY)
    made["From"] = _address(mail.sender, PRODUCT)
    made["To"] = [_address(address) for address in mail.to]
    if mail.reply_to:
        made["Reply-To"] = [_address(address) for address in mail.reply_to]
    made["Subject"] = mail.subject
    made["Date"] = mail.date
    # RFC 3834: sent by a program, so no absence note answers it.
    made["Auto-Submitted"] = "auto-generated"
    if mail.urgent:
        made["Importance"] = "high"
        made["X-Priority"] = "1"
    made.set_content(mail.text, cte="quoted-printable")
    made.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return made.as_bytes()


def _address(address: str, name: str = "") -> Address:
    user, _, domain = address.rpartition("@")
    return Address(name, user, domain)
