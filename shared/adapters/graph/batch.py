"""Many questions in one request, `$batch`: each has its own answer, or its own failure.

Changes: https://learn.microsoft.com/graph/json-batching.
"""

from collections.abc import Hashable, Mapping
from http import HTTPStatus

import msgspec
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation

from shared.adapters.graph.response import UNREADABLE, GraphResponse, complaint, unreadable
from shared.ports.errors import DirectoryError

BATCH = 20
"""Questions that Graph takes in one request."""


class _Part(msgspec.Struct):
    id: str
    status: int
    headers: dict[str, str] = {}
    body: msgspec.Raw = msgspec.Raw(b"")


class _Parts(msgspec.Struct):
    responses: list[_Part]


def batch_request[K: Hashable](questions: Mapping[K, RequestInformation]) -> RequestInformation:
    """Put up to `BATCH` GET requests into one; each is known by its position."""
    parts = []
    for index, question in enumerate(questions.values()):
        question.path_parameters["baseurl"] = ""  # addresses in a batch begin after the version
        parts.append(
            {
                "id": str(index),
                "method": "GET",
                "url": question.url.replace("%24select", "$select").replace("%24expand", "$expand"),
            }
        )
    request = RequestInformation(Method.POST, "{+baseurl}/$batch", {})
    request.headers.try_add("Accept", "application/json")
    request.set_stream_content(msgspec.json.encode({"requests": parts}), "application/json")
    return request


def batch_answers[K: Hashable](
    answer: GraphResponse, questions: Mapping[K, RequestInformation]
) -> dict[K, GraphResponse | DirectoryError]:
    """Give each question its answer. One that Graph left out is a failure of that question alone."""
    if answer.status != HTTPStatus.OK:
        return dict.fromkeys(questions, complaint(answer))
    try:
        parts = msgspec.json.decode(answer.body, type=_Parts).responses
    except UNREADABLE as error:
        return dict.fromkeys(questions, unreadable(answer.body, error))
    answers = {part.id: _answer(part) for part in parts}
    missing = DirectoryError(
        "Graph left a part of our question without an answer. It is asked again with the next check."
    )
    return {key: answers.get(str(index), missing) for index, key in enumerate(questions)}


def _answer(part: _Part) -> GraphResponse:
    return GraphResponse(
        part.status, {name.lower(): value for name, value in part.headers.items()}, bytes(part.body)
    )
