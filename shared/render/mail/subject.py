"""The subject of a mail. Mails sort by its beginning: the tenant and the service, in brackets."""

from shared.core.model.message import Message
from shared.render.mail.mime import PRODUCT
from shared.render.text.escape import clean
from shared.render.text.headlines import headline, kind
from shared.render.text.wording import words_for

MAX_SUBJECT_CHARS = 200


def subject(message: Message) -> str:
    """Return the subject; it begins with the tenant, if there are several."""
    if message.tenant_name:
        return f"[{clean(message.tenant_name)}] {_about(message)}"
    return _about(message)


def _about(message: Message) -> str:
    if _is_general(message):
        return _general(message)
    first = min(message.notices, key=lambda notice: notice.order)
    name = words_for(first.view).name or PRODUCT
    words = headline(first, now=message.now, zone=message.zone)
    about = clean(_bracketed(words, name), MAX_SUBJECT_CHARS)
    more = len(message.notices) - 1
    joint = " And" if about.endswith("?") else ", and"
    return f"{about}{joint} {more} more" if more else about


def _is_general(message: Message) -> bool:
    several_in_tenant = message.inventory is not None and len(message.notices) > 1
    return message.test or message.introduction or not message.notices or several_in_tenant


def _general(message: Message) -> str:
    about = _bracketed(kind(message), PRODUCT)
    waiting = len(message.notices) if message.inventory is None else 0
    needs = "needs" if waiting == 1 else "need"
    return f"{about}; {waiting} {needs} attention" if waiting else about


def _bracketed(words: str, name: str) -> str:
    """Put the name with which `words` begin into brackets: "[LibCal] secret expires in 21 days"."""
    rest = words.removeprefix(name)
    return f"[{name}] {rest.lstrip(': ')}" if rest != words else f"[{PRODUCT}] {words}"
