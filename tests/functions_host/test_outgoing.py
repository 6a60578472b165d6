"""What the host makes of a function's response: cookies, and what it cannot send."""

import pytest

from local.functions_host.outgoing import outgoing
from local.functions_host.rpc import (
    NullableBool,
    NullableDouble,
    NullableString,
    NullableTimestamp,
    RpcHttp,
    RpcHttpCookie,
    Timestamp,
    TypedData,
)


def response(name: str = "Name", value: str = "value", status: str = "200") -> TypedData:
    body = TypedData(bytes=b"body")
    return TypedData(http=RpcHttp(status_code=status, headers={name: value}, body=body))


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (response(), 200),
        (response("ETag", '"1"', "999"), 999),
        (response("Content-Length", "4"), 200),
        (response("Content-Length", "9", "304"), 304),
        (TypedData(string="text"), 200),
        (None, 500),
        (TypedData(), 500),
        (response(status="fine"), 500),
        (response("Content-Length", "5"), 500),
        (response("Content-Length", "many"), 500),
        (response("Title", "naïve"), 500),
        (response("Title", "a\r\nSet-Cookie: b=1"), 500),
        (response("Title", "a\0b"), 500),
        (response("Title", "a\tb"), 200),
        (response("a title"), 500),
        (response(""), 500),
        (TypedData(http=RpcHttp(status_code="200", cookies=[RpcHttpCookie("a b", "1")])), 500),
    ],
)
def test_only_a_response_that_can_be_sent_is_sent(value: TypedData | None, status: int) -> None:
    sent = outgoing(value)
    assert sent.status == status
    if status == 500:
        assert (sent.headers, sent.body) == ((), b"")


@pytest.mark.parametrize(
    ("cookie", "text"),
    [
        (RpcHttpCookie("a", "1"), "a=1"),
        (
            RpcHttpCookie(
                "a",
                "x y/ä",
                domain=NullableString(""),
                path=NullableString("/"),
                expires=NullableTimestamp(Timestamp(1_800_000_000)),
                max_age=NullableDouble(60.0),
                secure=NullableBool(True),
                http_only=NullableBool(True),
                same_site=1,
            ),
            (
                "a=x%20y%2F%C3%A4; expires=Fri, 15 Jan 2027 08:00:00 GMT; max-age=60; domain=; "
                "path=/; secure; samesite=lax; httponly"
            ),
        ),
        (RpcHttpCookie("a", "1", same_site=3), "a=1; samesite=none"),
    ],
)
def test_a_cookie_is_rewritten(cookie: RpcHttpCookie, text: str) -> None:
    sent = outgoing(TypedData(http=RpcHttp(status_code="200", cookies=[cookie, cookie])))
    assert list(sent.headers) == [("Set-Cookie", text)] * 2
