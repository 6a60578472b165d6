"""Messages of queues: texts in Base64 on the wire, and the metadata of a message."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime

from azure.storage.queue import QueueMessage

from local.functions_host import rpc
from local.functions_host.errors import HostError

MAX_BYTES = 65_536
"""The largest message, as it is on the wire."""
MIN_NAME, MAX_NAME = 3, 63


def encoded(text: str) -> str:
    """Return a text as a message. Raise `ValueError` if it is too large for a queue."""
    content = b64encode(text.encode()).decode()
    if len(content) > MAX_BYTES:
        raise ValueError(
            f"a message of {len(content):,} bytes in Base64; a queue takes {MAX_BYTES:,} at most"
        )
    return content


def texts(value: rpc.TypedData) -> Iterator[str]:
    """Return the messages in an output: one for a text, several for an array."""
    if value.string is not None:
        yield value.string
    elif value.bytes is not None:
        yield value.bytes.decode("utf-8", "replace")
    elif value.json is not None:
        content = json.loads(value.json)
        for each in content if isinstance(content, list) else [content]:
            yield each if isinstance(each, str) else json.dumps(each)


def metadata(text: str, message: QueueMessage | None = None) -> dict[str, rpc.TypedData]:
    """Return the metadata of a message; `None`: an administrator runs the function.

    As `QueueTriggerBinding.CreateBindingData` of azure-sdk-for-net.
    """
    last = datetime.max.replace(tzinfo=UTC)
    instants = {"InsertionTime": datetime.now(UTC), "ExpirationTime": last, "NextVisibleTime": last}
    known = {"QueueTrigger": text}
    if message is not None:
        known |= {"Id": str(message.id), "PopReceipt": str(message.pop_receipt)}
        instants |= {
            "InsertionTime": message.inserted_on or instants["InsertionTime"],
            "ExpirationTime": message.expires_on or last,
            "NextVisibleTime": message.next_visible_on or last,
        }
    count = message.dequeue_count or 1 if message else 0
    return {
        "DequeueCount": rpc.TypedData(json=str(count)),
        **{name: rpc.TypedData(string=value) for name, value in known.items()},
        **{name: rpc.TypedData(json=json.dumps(at.isoformat())) for name, at in instants.items()},
    }


def queue_name(text: str) -> str:
    """Return the name in small letters. Raise `HostError` if Azure does not accept it."""
    name = text.lower()
    if not MIN_NAME <= len(name) <= MAX_NAME:
        raise HostError(f'A queue name must be from 3 to 63 characters long - "{name}"')
    if name[0] == "-" or name[-1] == "-":
        raise HostError(f'The dash (-) character may not be the first or last letter - "{name}"')
    if not re.fullmatch("[a-z0-9-]+", name):
        raise HostError(
            f'A queue name can contain only letters, numbers, and dash(-) characters - "{name}"'
        )
    if "--" in name:
        raise HostError("A queue name cannot contain consecutive dash(-) characters.")
    return name
