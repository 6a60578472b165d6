"""What a function gets of a request, as `GrpcMessageConversionExtensions.ToRpcHttp` builds it."""

from collections.abc import Mapping

from local.functions_host import rpc
from local.functions_host.messages import Request
from local.functions_host.targets import encoded, parameters


def incoming(request: Request, route_parameters: Mapping[str, str]) -> rpc.TypedData:
    """Build the message for a function. Empty values of the query are left out."""
    query = {
        name: ",".join(filter(None, values)) for name, values in parameters(request.query).items()
    }
    url = f"http://{request.header('host')}{encoded(request.path)}"
    http = rpc.RpcHttp(
        method=request.method,
        url=f"{url}?{request.query}" if request.query else url,
        headers={name: ",".join(filter(None, values)) for name, values in request.headers.items()},
        params=route_parameters,
        query={name: value for name, value in query.items() if value},
        body=rpc.TypedData(bytes=request.body.content() or None),
    )
    return rpc.TypedData(http=http)
