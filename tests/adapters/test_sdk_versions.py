"""Two places where versions of the SDKs differ: neither needs the version that is pinned."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.pipeline import PipelineContext, PipelineResponse

from shared.adapters.graph.access_token import RunToken
from shared.adapters.timeout import cap_retry_after


class Credential:
    """Issues a numbered token each time."""

    def __init__(self) -> None:
        self.issued = 0
        self.closed = 0

    def get_token(self, *_: str, **__: Any) -> AccessToken:  # noqa: ANN401  (the SDK's)
        self.issued += 1
        return AccessToken(f"token-{self.issued}", int(time.time()) + 3600)

    def close(self) -> None:
        self.closed += 1


def test_a_token_can_be_renewed_after_the_sdk_closed_it() -> None:
    """kiota 1.11 awaits `close()` of the credential after each token; 1.16 leaves it alone."""
    own = Credential()

    async def run() -> list[str]:
        token = RunToken(lambda: own)
        first = await token.get_token("scope")
        await token.close()
        second = await token.get_token("scope", claims="c")
        token.end()
        return [first.token, second.token]

    assert asyncio.run(run()) == ["token-1", "token-2"]
    assert own.closed == 1


@pytest.mark.parametrize("method", ["read", "body"])
def test_each_type_of_response_is_read_to_its_end(method: str) -> None:
    """azure-core has two types of responses: only one has `read`, the other `body`."""
    read: list[str] = []
    http = SimpleNamespace(headers={"Retry-After": "86400", "x": "1"})
    setattr(http, method, lambda: read.append(method))
    response: PipelineResponse[Any, Any] = PipelineResponse(None, http, PipelineContext(None))
    cap_retry_after(response)
    assert read == [method]
    assert http.headers == {"x": "1"}
