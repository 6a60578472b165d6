"""Headers and compression of Graph's responses, as recorded."""

import gzip
import json
from collections.abc import Mapping
from uuid import uuid4

from werkzeug import Request, Response

from local.stand_in.graph_errors import GraphError

CONTENT_TYPE = (
    "application/json;odata.metadata=minimal;odata.streaming=true;"
    "IEEE754Compatible=false;charset=utf-8"
)
_DIAGNOSTIC = {
    "ServerInfo": {
        "DataCenter": "Loopback",
        "Slice": "E",
        "Ring": "5",
        "ScaleUnit": "001",
        "RoleInstance": "LOCAL0",
    }
}


def success(document: Mapping[str, object], request: Request, *, units: int = 1) -> Response:
    """Return a 200 with a JSON document; `units` is its price in Graph's resource units."""
    return _response(200, document, _ids(request), {"x-ms-resource-unit": str(units)})


def accepted(request: Request) -> Response:
    """Return a 202 without a body."""
    response = Response(status=202)
    response.headers.update(_ids(request))
    return response


def failure(error: GraphError, request: Request) -> Response:
    """Return the response for an error; its headers and its body have the same ids."""
    ids = _ids(request)
    return _response(
        error.status, error.body(ids["request-id"], ids["client-request-id"]), ids, error.headers
    )


def compressed(response: Response, request: Request) -> Response:
    """Compress the body, if there is one and the client accepts gzip."""
    if response.get_data() and request.accept_encodings["gzip"]:
        response.set_data(gzip.compress(response.get_data(), compresslevel=1))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _ids(request: Request) -> dict[str, str]:
    """Return a new request id and the client's own id; they are equal if it sent none."""
    request_id = str(uuid4())
    return {
        "request-id": request_id,
        "client-request-id": request.headers.get("client-request-id", request_id),
    }


def _response(
    status: int, document: Mapping[str, object], ids: Mapping[str, str], headers: Mapping[str, str]
) -> Response:
    response = Response(json.dumps(document, ensure_ascii=False, separators=(",", ":")), status)
    response.headers.update(
        {
            "Cache-Control": "no-cache",
            "Content-Type": CONTENT_TYPE,
            "OData-Version": "4.0",
            "Vary": "Accept-Encoding",
            "x-ms-ags-diagnostic": json.dumps(_DIAGNOSTIC),
            **ids,
            **headers,
        }
    )
    return response
