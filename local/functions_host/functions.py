"""The functions of an app, as the host knows them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from local.functions_host import rpc


@dataclass(frozen=True, slots=True)
class Function:
    """An indexed function."""

    name: str
    id: str
    trigger: Mapping[str, object]
    """The trigger, as the host reads it: `type`, `name`, and the fields of that type."""
    retry: rpc.RpcRetryOptions | None = None
    outputs: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """The outputs, by name."""

    @property
    def kind(self) -> str:
        """The kind of the trigger: `http`, `timer`, `queue` ..."""
        return str(self.trigger["type"]).lower().removesuffix("trigger")

    @property
    def reason(self) -> str:
        """Why it runs now, in the words of the host's log."""
        if self.kind == "timer":
            return f"Timer fired at {datetime.now(UTC).isoformat()}"
        if self.kind == "queue":
            return f"New queue message detected on '{self.trigger.get('queueName')}'."
        return "This function was programmatically called via the host APIs."


type About = Mapping[str, rpc.TypedData]
type Off = Callable[[Function, str], None]
"""Turns a function off that cannot be registered, and says why."""
NOTHING: About = {}


def function_of(found: rpc.RpcFunctionMetadata) -> Function:
    """Return a function as the worker has indexed it."""
    bindings = [json.loads(binding) for binding in found.raw_bindings]
    trigger = next(each for each in bindings if each["type"].lower().endswith("trigger"))
    outputs = {
        str(each["name"]): each
        for each in bindings
        if str(each.get("direction", "")).lower() == "out"
    }
    return Function(found.name, found.function_id, trigger, found.retry_options, outputs)
