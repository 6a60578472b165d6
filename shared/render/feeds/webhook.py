"""The document that a webhook receives (JSON), one a message. Its names are promises."""

import json

from shared.core.model.message import Message
from shared.render.feeds.document_parts import Json
from shared.render.feeds.message_items import items_of
from shared.render.instant import instant
from shared.render.mail import plain_text
from shared.render.mail.letter import letter
from shared.render.mail.subject import subject
from shared.render.text.links import https
from shared.render.text.wording import words_for


def webhook_document(message: Message, *, page_url: str = "") -> str:
    """Return the body of the request for a message: JSON in ASCII.

    `page_url` is the https address of the status page, or empty.
    """
    page = https(page_url)
    return json.dumps(
        {
            "type": "lapsewatch.message",
            "timestamp": instant(message.now),
            "data": {
                "channel": message.channel,
                "severity": message.severity,
                "title": subject(message),
                "text": plain_text.text(letter(message, page_url=page, is_mail=False)),
                "items": items_of(message),
                "links": {"page": page or None, "items": _links(message)},
            },
        }
    )


def _links(message: Message) -> Json:
    """Return where people work on each item, by the item's id."""
    found = {
        notice.view.item: [link._asdict() for link in words_for(notice.view).links()]
        for notice in message.notices
    }
    return {item: links for item, links in found.items() if links}
