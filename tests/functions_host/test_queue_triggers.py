"""Queues of the local host, on Azurite: five attempts, then the poison queue."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import pytest
from azure.core.exceptions import ResourceExistsError
from azure.storage.queue import QueueClient, TextBase64DecodePolicy, TextBase64EncodePolicy

from local.azurite import Azurite
from local.functions_host.errors import Interrupted, InvocationFailed
from local.functions_host.functions import Function
from local.functions_host.queue_listener import Run
from local.functions_host.queue_settings import QueueSettings
from local.functions_host.queue_triggers import Queues
from local.functions_host.rpc import TypedData

OUTPUT = {
    "type": "queue",
    "name": "out",
    "queueName": "given",
    "direction": "out",
    "connection": "AzureWebJobsStorage",
}

ONE = QueueSettings(batch=1, threshold=0)


@pytest.fixture(scope="module")
def storage() -> Iterator[Azurite]:
    with Azurite(services=("table", "queue")) as running:
        yield running


@pytest.fixture
def settings(storage: Azurite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AzureWebJobsStorage", storage.tables)


def function(queue: str, connection: str = "AzureWebJobsStorage") -> Function:
    trigger = {
        "type": "queueTrigger",
        "name": "message",
        "queueName": queue,
        "connection": connection,
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

    def __init__(self, enough: int, *, fails: bool = False, takes: float = 0) -> None:
        self.values: list[tuple[str | None, str | None]] = []
        self.most = self._now = 0
        self._enough, self._fails, self._takes = enough, fails, takes
        self._guard = threading.Lock()
        self.done = threading.Event()

    def __call__(
        self, _function: Function, value: TypedData, about: Mapping[str, TypedData]
    ) -> object:
        with self._guard:
            self._now += 1
            self.most = max(self.most, self._now)
            self.values.append((value.string, about["DequeueCount"].json))
            if len(self.values) == self._enough:
                self.done.set()
        self.done.wait(self._takes)
        with self._guard:
            self._now -= 1
        if self._fails:
            raise InvocationFailed("RuntimeError: Graph is down")
        return None


def refuse(_function: Function, reason: str) -> None:
    raise AssertionError(reason)


@contextmanager
def listening(work: Function, run: Run, settings: QueueSettings = ONE) -> Iterator[Queues]:
    """Listen until the block ends, and to the end of each run."""
    queues = Queues({"work": work}, run, settings, refuse, refuse)
    queues.follow()
    try:
        yield queues
    finally:
        queues.close()


@pytest.mark.usefixtures("settings")
def test_a_message_runs_its_function_once_and_is_gone(storage: Azurite) -> None:
    seen = Seen(2, takes=0.2)
    with queue(storage, "once") as there:
        there.create_queue()
        there.send_message("ä tenant")
        there.send_message("another")
        with listening(function("once"), seen):
            assert seen.done.wait(20)
        assert seen.values == [("ä tenant", "1"), ("another", "1")]
        assert seen.most == 1  # one after the other
        assert not list(there.receive_messages())


@pytest.mark.usefixtures("settings")
def test_messages_run_side_by_side_up_to_batch_and_threshold(storage: Azurite) -> None:
    """A new batch of three is read when no more than one message is being worked on."""
    started, gate, running = threading.Semaphore(0), threading.Semaphore(0), list[None]()

    def run(*_: object) -> None:
        running.append(None)
        started.release()
        assert gate.acquire(timeout=20)
        running.pop()

    with queue(storage, "batches") as there:
        there.create_queue()
        for number in range(8):
            there.send_message(str(number))
        with listening(function("batches"), run, QueueSettings(batch=3, threshold=1)):
            for together in (3, 4):
                for _ in range(3):
                    assert started.acquire(timeout=20)
                assert len(running) == together
                assert not started.acquire(timeout=0.2)
                gate.release(2)
            gate.release(20)


@pytest.mark.usefixtures("settings")
def test_failing_message_is_tried_five_times_and_put_aside(storage: Azurite) -> None:
    seen = Seen(5, fails=True)
    with queue(storage, "failing") as there, queue(storage, "failing-poison") as aside:
        there.create_queue()
        there.send_message("x")
        with listening(function("failing"), seen):
            assert seen.done.wait(20)
        assert seen.values == [("x", str(number)) for number in range(1, 6)]
        poison = list(aside.receive_messages())
        assert [(each.content, each.dequeue_count) for each in poison] == [("x", 1)]
        assert not there.peek_messages()


@pytest.mark.usefixtures("settings")
def test_message_stays_hidden_while_its_function_runs(storage: Azurite) -> None:
    """It is hidden for 2 s, renewed halfway; a function that a stop cut leaves it hidden."""
    done = threading.Event()

    def cut(*_: object) -> None:
        with queue(storage, "hidden") as other:
            until = time.monotonic() + 2.5
            while time.monotonic() < until:
                assert not list(other.receive_messages())
        done.set()
        raise Interrupted("the host stops")

    with queue(storage, "hidden") as there:
        there.create_queue()
        there.send_message("x")
        with listening(function("hidden"), cut, QueueSettings(hidden=2)):
            assert done.wait(20)
        assert not list(there.receive_messages())
        end = time.monotonic() + 20
        while not (again := list(there.receive_messages())):
            assert time.monotonic() < end
        assert [each.dequeue_count for each in again] == [2]


@pytest.mark.usefixtures("settings")
def test_message_of_the_host_itself_is_read_at_once() -> None:
    seen = Seen(2)
    given = Function("work", "1", function("given").trigger, None, {"out": OUTPUT})
    with listening(given, seen, QueueSettings(1, 0, shortest=3600, longest=3600)) as queues:
        for text in ("x", "y"):
            queues.send(given, {"out": TypedData(string=text)})
            time.sleep(0.5)  # the queue is found to be empty; the next poll is in an hour
        assert seen.done.wait(20)


@pytest.mark.parametrize(
    ("name", "connection", "reason"),
    [
        ("ok", "AzureWebJobsStorage", "A queue name must be from 3 to 63 characters long"),
        ("a_queue", "Storage", "A queue name can contain only letters, numbers, and dash(-)"),
        ("a--queue", "", "A queue name cannot contain consecutive dash(-) characters."),
        ("queue-", "", "The dash (-) character may not be the first or last letter"),
        ("%NOWHERE%", "", "'%NOWHERE%' does not resolve to a value."),
    ],
)
@pytest.mark.usefixtures("settings")
def test_a_function_with_an_invalid_queue_is_reported_and_left_out(
    name: str, connection: str, reason: str
) -> None:
    off: list[str] = []
    work = {"work": function(name, connection)}
    queues = Queues(work, Seen(1), ONE, lambda _, text: off.append(text), refuse)
    assert reason in off[0]
    with pytest.raises(KeyError):
        queues["work"]


@pytest.mark.usefixtures("settings")
def test_a_function_without_storage_is_reported_as_such() -> None:
    off: list[str] = []
    work = {"work": function("queue", "Missing")}
    Queues(work, Seen(1), ONE, refuse, lambda _, text: off.append(text))
    assert "Storage account connection string 'AzureWebJobsMissing' does not exist." in off[0]


def test_storage_out_of_reach_is_said_once_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    url = f"http://127.0.0.1:{port}/a"
    monkeypatch.setenv(
        "AzureWebJobsStorage",
        f"AccountName=a;AccountKey=a2V5;QueueEndpoint={url}",
    )
    tried = threading.Semaphore(0)

    class Closed(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            tried.release()

    with socketserver.TCPServer(("127.0.0.1", port), Closed) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with listening(function("any"), Seen(1)):
            for _ in range(3):
                assert tried.acquire(timeout=10)
        server.shutdown()
    assert caplog.text.count("the queue any cannot be read, and is tried again: ") == 1


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (TypedData(string="one"), ["one"]),
        (TypedData(json='["a", "b"]'), ["a", "b"]),
        (TypedData(json="[]"), []),
        (TypedData(json='{"id": 1}'), ['{"id": 1}']),
        (TypedData(bytes="ü".encode()), ["ü"]),
        (TypedData(string=""), [""]),
    ],
)
def test_what_a_function_gives_out_is_sent(
    storage: Azurite, given: TypedData, sent: list[str]
) -> None:
    queues = Queues({}, Seen(1), ONE, refuse, refuse)
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


@pytest.mark.parametrize(
    ("storage", "text", "reason"),
    [
        ("", "x", "Storage account connection string 'AzureWebJobsAzureWebJobsStorage' does not"),
        ("QueueEndpoint=http://127.0.0.1:1/a", "x" * 49_153, "a message of 65,540 bytes in Base64"),
    ],
)
def test_an_output_that_cannot_be_sent_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, storage: str, text: str, reason: str
) -> None:
    monkeypatch.setenv(
        "AzureWebJobsStorage", storage and f"AccountName=a;AccountKey=a2V5;{storage}"
    )
    queues = Queues({}, Seen(1), ONE, refuse, refuse)
    with pytest.raises(InvocationFailed, match=f"out could not be sent: {reason}"):
        queues.send(function("any"), {"out": TypedData(string=text)})


def test_an_output_that_is_no_queue_is_refused() -> None:
    queues = Queues({}, Seen(1), ONE, refuse, refuse)
    with pytest.raises(InvocationFailed, match="sends to queues only, and blob is none"):
        queues.send(function("any"), {"blob": TypedData(string="x")})
