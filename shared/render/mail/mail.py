"""A mail about a message.

The HTML is made for Outlook on Windows, which shows mail by Word: tables, styles in the elements,
600 pixels, no images. Nothing from outside can act in headers, text, HTML or links.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from shared.core.model.message import Message
from shared.core.model.vocabulary import Severity
from shared.core.model.watchlist import AnyChannel
from shared.render.mail import plain_text
from shared.render.mail.letter import letter
from shared.render.mail.mime import Mail
from shared.render.mail.reply_to import reply_to
from shared.render.mail.subject import subject
from shared.render.text.markdown import html_for_mail

COLORS = {
    Severity.CRITICAL: "#c50f1f",
    Severity.WARNING: "#bc4b09",
    Severity.NOTICE: "#0f6cbd",
    Severity.OK: "#107c10",
}


def mail(
    message: Message,
    *,
    to: tuple[str, ...],
    sender: str,
    channels: Mapping[str, AnyChannel] | None = None,
    page_url: str = "",
) -> Mail:
    """Return the mail about `message` to the addresses `to`, from the mailbox `sender`.

    `channels` are those of the watchlist: a reply goes to the other role's addresses, if known.
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
    environment.filters["markdown"] = html_for_mail
    return environment.get_template("mail.html.j2")
