"""What a failed request of a message means, and what to do: tables of each kind of channel."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from shared.adapters.channels.http_request import NoResponse, Problem

LATER = "The next check tries again"
NO_TIME = f"There was no time left to send it. {LATER}"


class Explanations(NamedTuple):
    """Texts without the last full stop."""

    by_no_response: Mapping[NoResponse, str]
    unexpected: str
    """The status is a success, but the answer is not the service's own."""
    redirect: str
    unknown: str
    by_status: Mapping[int, str]
    by_code: Mapping[str, str] = MappingProxyType({})
    """By the error code in the response, before its status."""

    def explain(self, problem: Problem) -> str:
        """Return what happened and what to do, without the last full stop."""
        if isinstance(problem, NoResponse):
            return self.by_no_response[problem]
        if problem.unknown:
            text = self.unexpected
        elif problem.redirects:
            text = self.redirect
        else:
            text = (
                self.by_code.get(problem.code) or self.by_status.get(problem.status) or self.unknown
            )
        return f"{text} ({problem})"
