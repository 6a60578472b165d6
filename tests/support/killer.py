"""Kill the program at one of its requests that have an effect."""

import re
from dataclasses import dataclass, field
from datetime import timedelta

from tests.support.environment import Stage
from tests.support.fault_proxy import Pass, straight
from tests.support.processes import Lived
from tests.support.scripted import Asked, Reply

VAULT = ("/secrets/", "/deletedsecrets/")


@dataclass
class Killer:
    """Counts the requests with an effect, and kills the program at one of them."""

    stage: Stage
    point: int = -1
    after: bool = False
    """Kill between the request and its response; else before the request arrives."""
    passed: list[str] = field(default_factory=list)
    leased: bool = False
    before_check: int = 0
    """How many requests with an effect came before those of a check."""

    def __call__(self, asked: Asked, passed: Pass) -> Reply:
        if asked.method == "GET" or self._is_challenged(asked) or self._renews(asked):
            return passed()
        self.passed.append(f"{asked.method} {asked.path}")
        if len(self.passed) - 1 != self.point:
            return passed()
        if self.after:
            passed()
        self.stage.lives.kill()
        return Reply(reset=True)

    @staticmethod
    def _is_challenged(asked: Asked) -> bool:
        """Return whether the vault refuses a request, so that the client sends it with a token."""
        return asked.path.startswith(VAULT) and "authorization" not in asked.headers

    def _renews(self, asked: Asked) -> bool:
        """Return whether a request writes only the lease, and not for the first time."""
        if re.findall(rb'"RowKey": *"([^"]*)"', asked.body) != [b"~lease:"]:
            return False
        leased, self.leased = self.leased, True
        self.before_check = self.before_check if leased else len(self.passed)
        return leased


def lived(stage: Stage, killer: Killer, act: tuple[str, ...], at: timedelta) -> Lived:
    """Run the program once, with `killer` behind all its requests."""
    fronts = [stage.front, stage.ledger_front]
    fronts += [stage.vault_front] if stage.hand_over else []
    for front in fronts:
        front.twist = killer
    try:
        return stage.live(*act, after=at)
    finally:
        for front in fronts:
            front.twist = straight
