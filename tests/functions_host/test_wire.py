"""HTTP/1.1: which requests are refused before a function sees them, and how answers are framed."""

import io

import pytest

from local.functions_host import wire
from local.functions_host.messages import BODY_LIMIT, BodyTooLarge, Response

HOST = "Host: a.example\r\n"


def receive(text: str) -> wire.Received:
    received = wire.receive(io.BytesIO(text.encode("latin-1")), lambda: None)
    assert received is not None
    return received


def filled(name: str, size: int) -> str:
    """Return a header line of `size` bytes."""
    return f"{name}: {'v' * (size - len(name) - 4)}\r\n"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (f"GET /{'a' * 8176} HTTP/1.1\r\n{HOST}", 0),  # 8,192 bytes with its end
        (f"GET /{'a' * 8177} HTTP/1.1\r\n{HOST}", 414),
        (f"GET / HTTP/1.1\r\n{HOST}{filled('X', 32_768 - len(HOST))}", 0),
        (f"GET / HTTP/1.1\r\n{HOST}{filled('X', 32_769 - len(HOST))}", 431),
        (f"GET / HTTP/1.1\r\n{HOST}{filled('X', 16_384) * 2}", 431),
        (f"GET / HTTP/1.1\r\n{HOST}{'X: y\r\n' * 99}", 0),
        (f"GET / HTTP/1.1\r\n{HOST}{'X: y\r\n' * 100}", 431),
        ("GET / HTTP/1.1\r\n", 400),
        ("GET / HTTP/1.0\r\n", 0),
        (f"GET / HTTP/1.1\r\n{HOST}{HOST}", 400),
        ("GET / HTTP/1.1\r\nHost: a b\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: [::1]:80\r\n", 0),
        (f"GET / HTTP/2.0\r\n{HOST}", 505),
        (f"GET /\r\n{HOST}", 400),
        (f"GET  / HTTP/1.1\r\n{HOST}", 400),
        (f"G(T / HTTP/1.1\r\n{HOST}", 400),
        (f"GET api HTTP/1.1\r\n{HOST}", 400),
        (f"GET * HTTP/1.1\r\n{HOST}", 400),
        (f"OPTIONS * HTTP/1.1\r\n{HOST}", 0),
        (f"GET /\xe4 HTTP/1.1\r\n{HOST}", 400),
        (f"GET /a%00 HTTP/1.1\r\n{HOST}", 400),
        (f"GET http://a.example/x HTTP/1.1\r\n{HOST}", 0),
        (f"GET http://a.example:80/x HTTP/1.1\r\n{HOST}", 0),
        (f"GET http://b.example/x HTTP/1.1\r\n{HOST}", 400),
        (f"GET http://a.example:81/x HTTP/1.1\r\n{HOST}", 400),
        (f"GET http://[ HTTP/1.1\r\n{HOST}", 400),
        ("GET http://[1]/ HTTP/1.1\r\nHost: [1]\r\n", 400),
        (f"GET / HTTP/1.1\r\n{HOST}X : y\r\n", 400),
        (f"GET / HTTP/1.1\r\n{HOST} folded\r\n", 400),
        (f"GET / HTTP/1.1\r\n{HOST}X\r\n", 400),
        (f"GET / HTTP/1.1\r\n{HOST}X: a\0b\r\n", 400),
        (f"GET / HTTP/1.1\r\n{HOST}X: \xff\r\n", 400),
        (f"POST / HTTP/1.1\r\n{HOST}Content-Length: -1\r\n", 400),
        (f"POST / HTTP/1.1\r\n{HOST}Content-Length: 1\r\nContent-Length: 1\r\n", 400),
        (f"POST / HTTP/1.1\r\n{HOST}Transfer-Encoding: gzip\r\n", 400),
        (f"POST / HTTP/1.1\r\n{HOST}", 0),
        (f"POST / HTTP/1.0\r\n{HOST}", 400),
    ],
)
def test_a_request_that_breaks_a_rule_is_refused(text: str, status: int) -> None:
    given = 0
    try:
        receive(f"{text}\r\n")
    except wire.Refused as refused:
        given = refused.status
    assert given == status


def test_headers_are_found_by_their_names_in_small_letters() -> None:
    request = receive(f"GET /a?b=c HTTP/1.1\r\n{HOST}X-A: 1\r\nx-a:  2 \r\n\r\n").request
    assert (request.method, request.path, request.query) == ("GET", "/a", "b=c")
    assert request.headers == {"host": ["a.example"], "x-a": ["1", "2"]}


def test_a_function_gets_no_body_that_comes_in_chunks() -> None:
    chunked = "Transfer-Encoding: chunked\r\nContent-Length: 9\r\n"
    text = f"POST / HTTP/1.1\r\n{HOST}{chunked}\r\n3;x=y\r\none\r\n2\r\nto\r\n0\r\nT: r\r\n\r\nGET"
    stream = io.BytesIO(text.encode())
    received = wire.receive(stream, lambda: None)
    assert received is not None
    body = received.request.body
    assert not received.request.header("content-length")
    assert (body.content(), body.finish(), stream.read()) == (b"", True, b"GET")
    assert receive(text).request.body.whole() == b"oneto"


def test_a_body_over_the_limit_is_not_read() -> None:
    body = receive(
        f"POST / HTTP/1.1\r\n{HOST}Content-Length: {BODY_LIMIT + 1}\r\n\r\n"
    ).request.body
    with pytest.raises(BodyTooLarge):
        body.content()
    assert not body.finish()


@pytest.mark.parametrize(
    ("response", "method", "lines", "body"),
    [
        (Response(body=b"text"), "GET", {"Transfer-Encoding: chunked"}, b"4\r\ntext\r\n0\r\n\r\n"),
        (Response(body=b"text"), "HEAD", set(), b""),
        (Response(404), "GET", {"Content-Length: 0"}, b""),
        (Response(404), "HEAD", set(), b""),
        (Response(303, [("Location", "/")]), "POST", {"Location: /", "Content-Length: 0"}, b""),
        (Response(204), "GET", set(), b""),
        (Response(205, body=b"text"), "GET", {"Content-Length: 0"}, b""),
        (Response(304, [("ETag", "1")], b"text"), "GET", {"ETag: 1"}, b""),
        (Response(999, [("content-length", "1")], b"t"), "GET", {"content-length: 1"}, b"t"),
    ],
)
def test_an_answer_is_framed_as_kestrel_does_it(
    response: Response, method: str, lines: set[str], body: bytes
) -> None:
    head, _, sent = wire.written(response, method, modern=True, keeps=True).partition(b"\r\n\r\n")
    status, *headers = head.decode().split("\r\n")
    assert status.startswith(f"HTTP/1.1 {response.status} ")
    assert {line for line in headers if not line.startswith("Date: ")} == {
        "Server: Kestrel",
        *lines,
    }
    assert sent == body


def test_the_functions_own_server_and_date_are_kept() -> None:
    headers = [("server", "mine"), ("DATE", "today")]
    sent = wire.written(Response(headers=headers), "GET", modern=True, keeps=False).decode()
    assert set(sent.split("\r\n")[1:]) == {
        "server: mine",
        "DATE: today",
        "Content-Length: 0",
        "Connection: close",
        "",
    }


def test_an_old_client_gets_no_chunks() -> None:
    sent = wire.written(Response(body=b"text"), "GET", modern=False, keeps=False)
    assert sent.endswith(b"\r\n\r\ntext")
    assert b"chunked" not in sent
    assert b"Connection" not in sent
