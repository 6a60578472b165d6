"""The messages between host and worker: the fields of FunctionRpc.proto that the library uses.

The library (`azure_functions_runtime`) never imports protobuf: its caller passes a namespace of
message classes in the first request. This module is that namespace, in plain classes; the names
are those of Azure/azure-functions-language-worker-protobuf, `src/proto/FunctionRpc.proto`.
"""

import builtins
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from types import SimpleNamespace
from typing import ClassVar


@dataclass(slots=True)
class TypedData:
    """One value of one kind, or no value."""

    string: str | None = None
    json: str | None = None
    bytes: builtins.bytes | None = None
    http: "RpcHttp | None" = None
    int: builtins.int | None = None
    double: float | None = None

    def WhichOneof(self, _group: str) -> str | None:  # noqa: N802  (protobuf's name)
        """Return the kind that is set, as protobuf does."""
        return next(
            (kind.name for kind in fields(self) if getattr(self, kind.name) is not None), None
        )


@dataclass(slots=True)
class NullableString:
    """An optional text."""

    value: str


@dataclass(slots=True)
class NullableBool:
    """An optional boolean."""

    value: bool


@dataclass(slots=True)
class NullableDouble:
    """An optional number."""

    value: float


@dataclass(slots=True)
class Timestamp:
    """Seconds since 1970, UTC."""

    seconds: int = 0


@dataclass(slots=True)
class NullableTimestamp:
    """An optional instant."""

    value: Timestamp


@dataclass(slots=True)
class RpcHttpCookie:
    """A cookie that the function sets."""

    SameSite: ClassVar = SimpleNamespace(**{"None": 0, "Lax": 1, "Strict": 2, "ExplicitNone": 3})

    name: str
    value: str
    domain: NullableString | None = None
    path: NullableString | None = None
    expires: NullableTimestamp | None = None
    secure: NullableBool | None = None
    http_only: NullableBool | None = None
    same_site: int = 0
    max_age: NullableDouble | None = None


@dataclass(slots=True)
class RpcHttp:
    """A request or a response."""

    method: str = ""
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: TypedData | None = field(default_factory=TypedData)
    status_code: str = ""
    cookies: Sequence[RpcHttpCookie] | None = None
    enable_content_negotiation: bool = False


@dataclass(slots=True)
class ParameterBinding:
    """A named value: an input or output of a function."""

    name: str = ""
    data: TypedData | None = None

    def WhichOneof(self, _group: str) -> str | None:  # noqa: N802  (protobuf's name)
        """Return the transport: always in the message, never in shared memory."""
        return None if self.data is None else "data"


@dataclass(slots=True)
class BindingInfo:
    """The binding of a parameter of a function."""

    out: ClassVar = 1
    inout: ClassVar = 2
    undefined: ClassVar = 0

    type: str = ""
    data_type: int | None = 0
    direction: int | None = 0


@dataclass(slots=True)
class RpcException:
    """An exception of a function or of the worker."""

    message: str = ""
    stack_trace: str = ""
    source: str = ""


@dataclass(slots=True)
class StatusResult:
    """The status of a request to the worker."""

    Failure: ClassVar = 0
    Success: ClassVar = 1

    status: int = 0
    exception: RpcException | None = None


@dataclass(slots=True)
class WorkerMetadata:
    """The version of the worker."""

    runtime_name: str = ""
    runtime_version: str = ""
    worker_version: str = ""
    worker_bitness: str = ""
    custom_properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class RpcRetryOptions:
    """A function's retry policy; a count of -1 means no limit."""

    max_retry_count: int = 0
    retry_strategy: str = ""
    delay_interval: timedelta | None = None
    minimum_interval: timedelta | None = None
    maximum_interval: timedelta | None = None


@dataclass(slots=True)
class RpcFunctionMetadata:
    """An indexed function; each raw binding is the JSON that the host reads."""

    name: str = ""
    function_id: str = ""
    managed_dependency_enabled: bool = False
    directory: str = ""
    script_file: str = ""
    entry_point: str = ""
    is_proxy: bool = False
    language: str = ""
    bindings: Mapping[str, BindingInfo] = field(default_factory=dict)
    raw_bindings: Sequence[str] = ()
    retry_options: RpcRetryOptions | None = None
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class WorkerInitRequest:
    """Start, and index the app in this folder."""

    host_version: str = ""
    capabilities: Mapping[str, str] = field(default_factory=dict)
    worker_directory: str = ""
    function_app_directory: str = ""


@dataclass(slots=True)
class WorkerInitResponse:
    """How starting and indexing ended."""

    capabilities: Mapping[str, str] = field(default_factory=dict)
    worker_metadata: WorkerMetadata | None = None
    result: StatusResult = field(default_factory=StatusResult)


@dataclass(slots=True)
class FunctionMetadataResponse:
    """The indexed functions; `None` if there is no script to index."""

    use_default_metadata_indexing: bool = False
    function_metadata_results: Sequence[RpcFunctionMetadata] | None = None
    result: StatusResult = field(default_factory=StatusResult)


@dataclass(slots=True)
class RpcTraceContext:
    """The trace context of the invocation (W3C)."""

    trace_parent: str = ""
    trace_state: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class RetryContext:
    """The number of this retry, from 0."""

    retry_count: int = 0
    max_retry_count: int = 0
    exception: RpcException | None = None


@dataclass(slots=True)
class InvocationRequest:
    """Run this function with these values."""

    invocation_id: str = ""
    function_id: str = ""
    input_data: Sequence[ParameterBinding] = ()
    trigger_metadata: Mapping[str, TypedData] = field(default_factory=dict)
    trace_context: RpcTraceContext = field(default_factory=RpcTraceContext)
    retry_context: RetryContext = field(default_factory=RetryContext)


@dataclass(slots=True)
class InvocationResponse:
    """The result of a function."""

    invocation_id: str = ""
    return_value: TypedData | None = None
    result: StatusResult = field(default_factory=StatusResult)
    output_data: Sequence[ParameterBinding] = ()
