"""A world for timers: a clock that moves with each wait, and functions of a set duration."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local.functions_host.errors import InvocationFailed
from local.functions_host.functions import Function
from local.functions_host.rpc import RpcRetryOptions, TypedData
from local.functions_host.timer_listener import Run, Timer

START = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)


class World:
    """A clock that moves with each wait, and functions with a set duration and failures."""

    def __init__(self, until: datetime, state: Path | None = None) -> None:
        self.now = START
        self.until = until
        self.state = state
        self.takes = timedelta()
        self.fails = 0
        self.runs: list[tuple[datetime, bool, int]] = []
        self.values: list[dict[str, object]] = []

    def wait(self, seconds: float) -> bool:
        self.now += timedelta(seconds=seconds)
        return self.now >= self.until

    def run(self, _function: Function, value: TypedData, retry: int, _retries: int) -> None:
        self.values.append(json.loads(value.json or ""))
        self.runs.append((self.now, bool(self.values[-1]["IsPastDue"]), retry))
        self.now += self.takes
        if self.fails:
            self.fails -= 1
            raise InvocationFailed("RuntimeError: Graph is down")

    def timer(
        self,
        schedule: str,
        retry: RpcRetryOptions | None = None,
        /,
        run: Run | None = None,
        **binding: object,
    ) -> Timer:
        function = Function(
            "tick",
            "1",
            {"type": "timerTrigger", "name": "timer", "schedule": schedule, **binding},
            retry,
        )
        return Timer(function, run or self.run, self.wait, lambda: self.now, self.state)

    def kept(self) -> dict[str, str]:
        assert self.state
        kept: dict[str, str] = json.loads((self.state / "tick.json").read_text())
        return kept


def at(hour: int, minute: int = 0, *, day: int = 22) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)
