"""The doctor's test message to a channel."""

from shared.core.model.message import Message
from shared.core.model.watchlist import EmailChannel, TeamsChannel, WebhookChannel
from shared.core.notify.message_id import with_id
from shared.ports.errors import ChannelError
from shared.render.text import commands
from shared.render.text.commands import Deployment
from shared.render.text.escape import clean
from shared.usecases.check import Watch
from shared.usecases.doctor.finding import Finding

_MAIL_FORBIDDEN = {"403", "ErrorAccessDenied", "ErrorSendAsDenied"}
_NOT_ADMITTED = {"401", "403", "DirectApiAuthorizationRequired", "MisMatchingOAuthClaims"}


def examine_channel(watch: Watch, name: str, deployment: Deployment) -> Finding:
    """Send a test message to a channel."""
    watchlist = watch.watchlist
    label = watchlist.label(name)
    part = f"channel {clean(label)}"
    test = Message(
        name,
        watch.clock(),
        watchlist.zone,
        (),
        test=True,
        tenant_name=watchlist.name,
        label=label,
    )
    message = with_id(test, {}, watchlist)
    try:
        watch.channels[name].send(message)
    except ChannelError as error:
        repair = _repair(watch, name, error, deployment)
        return Finding(part, ok=False, text=str(error), commands=repair)
    return Finding(part, ok=True, text="test message accepted; check that it arrived")


def _repair(
    watch: Watch, name: str, error: ChannelError, deployment: Deployment
) -> tuple[str, ...]:
    """Return the commands that set another URL, or grant the right to send.

    There are none for an error that goes away without them.
    """
    match watch.watchlist.channels[name]:
        case EmailChannel():
            return commands.mailbox(deployment) if error.code in _MAIL_FORBIDDEN else ()
        case TeamsChannel(auth="identity"):
            return commands.flow_identity(deployment) if error.code in _NOT_ADMITTED else ()
        case TeamsChannel():
            return () if error.transient else commands.webhook()
        case WebhookChannel():
            return () if error.transient else commands.signed_webhook()
