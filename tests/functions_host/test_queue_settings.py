"""How queues are polled, and the metadata of a message."""

import pytest

from local.functions_host.queue_messages import metadata
from local.functions_host.queue_settings import Backoff, QueueSettings, queue_settings


def test_waits_between_polls_grow_until_a_message_is_found() -> None:
    backoff = Backoff(QueueSettings(longest=60))
    waits = [backoff.wait(found=False) for _ in range(14)]
    assert waits[0] == 0.1
    for number, wait in enumerate(waits[1:]):
        assert min(60, 0.1 + 0.08 * 2**number) <= wait <= min(60, 0.1 + 0.12 * 2**number)
    assert waits[-1] == 60
    assert backoff.wait(found=True) == 0.1
    assert 0.18 <= backoff.wait(found=False) <= 0.22


@pytest.mark.parametrize(
    ("given", "production", "settings"),
    [
        ({}, False, QueueSettings()),
        ({}, True, QueueSettings(longest=60)),
        (
            {
                "batchSize": "1",
                "newBatchThreshold": "0",
                "maxDequeueCount": "2",
                "maxPollingInterval": "00:00:30",
                "visibilityTimeout": "00:00:05",
            },
            False,
            QueueSettings(1, 0, 2, 30, 5),
        ),
    ],
)
def test_settings_of_queues_are_read(
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, str],
    production: object,
    settings: QueueSettings,
) -> None:
    monkeypatch.setattr("os.process_cpu_count", lambda: 1)
    assert queue_settings(given, production=bool(production)) == settings


def test_an_administrators_message_has_no_id_and_was_never_read() -> None:
    about = metadata("x")
    assert (about["QueueTrigger"].string, about["DequeueCount"].json) == ("x", "0")
    assert not {"Id", "PopReceipt"} & about.keys()
