"""Deliver messages, one after the other: send, then record.

A channel that fails does not affect the others.
"""

from collections.abc import Callable, Iterable, Iterator

from shared.core.model.message import Message
from shared.core.results import Delivery
from shared.core.spare import where
from shared.ports.errors import ChannelError, LedgerError
from shared.usecases.part import CheckRun

NO_TIME = "The check timed out before sending this; the next check will send it."
NOT_RECORDED = "Delivered, but saving the delivery failed; it may be sent twice."


def deliver(
    run: CheckRun,
    messages: Iterable[Message],
    send: Callable[[Message], None],
    record: Callable[[Message], None],
) -> Iterator[Delivery]:
    """Yield what happened to each message, and add it to the deliveries of the check.

    Raises:
        LeaseLost: Another check has the lease. It is renewed before each message.
        LedgerError: A delivery could not be recorded.
    """
    for delivery in _deliveries(run, messages, send, record):
        run.deliveries.append(delivery)
        yield delivery


def _deliveries(
    run: CheckRun,
    messages: Iterable[Message],
    send: Callable[[Message], None],
    record: Callable[[Message], None],
) -> Iterator[Delivery]:
    for message in messages:
        if run.is_late():
            yield Delivery(message, delivered=False, error=NO_TIME, tried=False)
            continue
        run.renew()
        run.progress(f"sending to {message.to}")
        if error := _error_of(send, message):
            yield Delivery(message, delivered=False, error=error)
            continue
        try:
            record(message)
        except LedgerError:
            yield Delivery(message, delivered=True, error=NOT_RECORDED)
            raise
        yield Delivery(message, delivered=True)


def _error_of(send: Callable[[Message], None], message: Message) -> str:
    """Send a message and return the error, empty if there is none."""
    try:
        send(message)
    except ChannelError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001  (a bug met by one channel must not stop the others; the check is not ok)
        return f"{message.to}: {where(error)}."
    return ""
