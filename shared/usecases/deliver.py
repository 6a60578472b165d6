"""Telling, one addressee after the other: send, then record. A failed addressee is an outcome of its own and no other's matter."""

import traceback
from collections.abc import Callable, Iterable, Iterator

from shared.core.model.message import Message
from shared.core.results import Delivery
from shared.ports.errors import ChannelError, LedgerError
from shared.ports.ledger import Lease

NO_TIME = "The check ran out of time before this was sent; the next one tells it."
UNRECORDED = "It was delivered, but that could not be recorded: it will come again."


def tell(
    messages: Iterable[Message],
    send: Callable[[Message], None],
    record: Callable[[Message], None],
    lease: Lease,
    is_late: Callable[[], bool],
) -> Iterator[Delivery]:
    """Give what became of each message; the lease is renewed before each effect. Raises `LeaseLost`, and `LedgerError` of `record`."""
    for message in messages:
        if is_late():
            yield Delivery(message, delivered=False, error=NO_TIME, tried=False)
            continue
        lease.renew()
        try:
            send(message)
        except ChannelError as error:
            yield Delivery(message, delivered=False, error=str(error))
            continue
        except Exception as error:  # noqa: BLE001  (whatever breaks one addressee, the others must still hear; the check is not ok)
            yield Delivery(
                message,
                delivered=False,
                error=f"{message.channel}: an error of the program ({_where(error)}).",
            )
            continue
        try:
            record(message)
        except LedgerError:
            yield Delivery(message, delivered=True, error=UNRECORDED)
            raise
        yield Delivery(message, delivered=True)


def _where(error: Exception) -> str:
    """Name an error, and the line that raised it; its text may quote anything."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.filename.replace('\\', '/').rpartition('/')[2]}, line {frame.lineno}"
