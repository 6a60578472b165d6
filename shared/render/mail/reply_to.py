"""Where a reply to a mail goes: to the other role, if that can be reached by mail."""

from collections.abc import Iterable, Mapping, Sequence

from shared.core.model.message import Message
from shared.core.model.vocabulary import Role
from shared.core.model.watchlist import AnyChannel, EmailChannel, Service
from shared.render.text.wording import words_for

type Channels = Mapping[str, AnyChannel]


def reply_to(message: Message, channels: Channels) -> tuple[str, ...]:
    """Return the addresses of the other role, if all notices about services agree; else none.

    For installers that is the service's `request_to`; for renewers, the installers' mailboxes.
    """
    found = {
        _other_role(services, notice.roles, channels)
        for notice in message.notices
        if (services := words_for(notice.view).services)
    }
    return found.pop() if len(found) == 1 else ()


def _other_role(
    services: Sequence[Service], roles: frozenset[Role], channels: Channels
) -> tuple[str, ...]:
    addresses: Iterable[str] = ()
    if Role.INSTALLER in roles:
        asked = {service.request_to for service in services}
        addresses = asked if len(asked) == 1 else ()
    elif Role.RENEWER in roles:
        installers = [channels.get(name) for service in services for name in service.installer]
        mailboxes = [channel.to for channel in installers if isinstance(channel, EmailChannel)]
        addresses = [address for mailbox in mailboxes for address in mailbox]
    return tuple(dict.fromkeys(filter(None, addresses)))
