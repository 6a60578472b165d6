"""Queues of the local host, on Azurite: five attempts, then the poison queue."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress

import pytest
from azure.core.exceptions import ResourceExistsError
from azure.storage.queue import QueueClient, TextBase64DecodePolicy, TextBase64EncodePolicy

from local.azurite import Azurite
from local.functions_host.errors import InvocationFailed
from local.functions_host.queue_triggers import Queues
from local.functions_host.rpc import TypedData
from local.functions_host.worker import Function

OUTPUT = {
    "type": "queue",
    "name": "out",
    "queueName": "given",
    "direction": "out",
    "connection": "AzureWebJobsStorage",
}


@pytest.fixture(scope="module")
def storage() -> Iterator[Azurite]:
    with Azurite(services=("table", "queue")) as running:
        yield running


@pytest.fixture
def settings(storage: Azurite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AzureWebJobsStorage", storage.tables)


def function(queue: str) -> Function:
    trigger = {
        "type": "queueTrigger",
        "name": "message",
        "queueName": queue,
        "connection": "AzureWebJobsStorage",
    }
    return Function("work", "1", trigger, None, {"out": OUTPUT})


def queue(storage: Azurite, name: str) -> QueueClient:
    return QueueClient.from_connection_string(
        storage.tables,
        name,
        message_encode_policy=TextBase64EncodePolicy(),
        message_decode_policy=TextBase64DecodePolicy(),
    )


class Seen:
    """A function that notes what it is run for, and fails as often as the test wants."""

    def __init__(self, enough: int, *, fails: bool = False) -> None:
        self.values: list[tuple[str | None, str | None]] = []
        self._enough, self._fails = enough, fails
        self.done = threading.Event()

    def __call__(
        self, _function: Function, value: TypedData, about: Mapping[str, TypedData]
    ) -> object:
        self.values.append((value.string, about["DequeueCount"].json))
        if len(self.values) == self._enough:
            self.done.set()
        if self._fails:
            raise InvocationFailed("RuntimeError: Graph is down")
        return None


def never(off: Function, why: str) -> None:
    raise AssertionError((off.name, why))


def listened(work: Function, seen: Seen) -> None:
    """Listen until the function has run as often as it should, and a round more."""
    queues = Queues({"work": work}, seen, off=never)
    queues.follow()
    assert seen.done.wait(20)
    queues.close()


@pytest.mark.usefixtures("settings")
def test_a_message_runs_its_function_once_and_is_gone(storage: Azurite) -> None:
    seen = Seen(2)
    with queue(storage, "once") as there:
        there.create_queue()
        there.send_message("ä tenant")
        there.send_message("another")
        listened(function("once"), seen)
        assert seen.values == [("ä tenant", "1"), ("another", "1")]
        assert not list(there.receive_messages())


@pytest.mark.usefixtures("settings")
def test_failing_message_is_tried_five_times_and_put_aside(storage: Azurite) -> None:
    seen = Seen(5, fails=True)
    with queue(storage, "failing") as there, queue(storage, "failing-poison") as aside:
        there.create_queue()
        there.send_message("x")
        listened(function("failing"), seen)
        assert seen.values == [("x", str(number)) for number in range(1, 6)]
        assert [each.content for each in aside.receive_messages()] == ["x"]
        assert not there.peek_messages()


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (TypedData(string="one"), ["one"]),
        (TypedData(json='["a", "b"]'), ["a", "b"]),
        (TypedData(json="[]"), []),
        (TypedData(json='{"id": 1}'), ['{"id": 1}']),
        (TypedData(bytes="ü".encode()), ["ü"]),
    ],
)
def test_what_a_function_gives_out_is_sent(
    storage: Azurite, given: TypedData, sent: list[str]
) -> None:
    queues = Queues({}, Seen(1), off=never)
    queues.send(function("any"), {"out": given})
    queues.close()
    with queue(storage, "given") as there:
        if not sent:  # no other case has to create the queue first
            with suppress(ResourceExistsError):
                there.create_queue()
        try:
            assert [each.content for each in there.receive_messages(max_messages=10)] == sent
        finally:
            if sent:
                there.clear_messages()


def test_queues_do_not_run_without_storage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("AzureWebJobsStorage", raising=False)
    queues = Queues({"work": function("any")}, Seen(1), off=never)
    assert queues.described(function("any")) == "any (not run: AzureWebJobsStorage is not set)"
    with pytest.raises(
        InvocationFailed, match="out could not be sent: the setting AzureWebJobsStorage is not set"
    ):
        queues.send(function("any"), {"out": TypedData(string="x")})


def test_an_output_that_is_no_queue_is_refused() -> None:
    with pytest.raises(InvocationFailed, match="sends to queues only, and blob is none"):
        Queues({}, Seen(1), off=never).send(function("any"), {"blob": TypedData(string="x")})
