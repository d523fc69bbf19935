"""Requests that are not HTTP as it should be, on a real server: none is read in two ways, none is kept without end, no service sees one."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias
from urllib.parse import urlsplit

import pytest
from live_kit import served

from gateway.application import create_gateway
from gateway.connection import MOST_HEAD

pytestmark = pytest.mark.slow

Asking: TypeAlias = Callable[..., Awaitable[tuple[bytes, dict[bytes, bytes], bytes]]]
TWO = b"{}GET /v1/projects/smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
AMBIGUOUS = {
    "two lengths": b"Content-Length: 2\r\nContent-Length: 51\r\n\r\n" + TWO,
    "the same length twice": b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a list of lengths": b"Content-Length: 2, 2\r\n\r\n{}",
    "a signed length": b"Content-Length: +2\r\n\r\n{}",
    "a length below zero": b"Content-Length: -2\r\n\r\n{}",
    "a length that no number holds": b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n{}",
    "a length and pieces": b"Content-Length: 51\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + TWO,
    "pieces and a length": b"Transfer-Encoding: chunked\r\nContent-Length: 51\r\n\r\n0\r\n\r\n" + TWO,
    "pieces that are not the last coding": b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n" + TWO,
    "a coding that nobody knows": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + TWO,
    "a space before the colon": b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + TWO,
    "a number of pieces in another form": b"Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n",
    "a folded line": b"User-Agent: a\r\n b\r\n\r\n",
    "a zero in a header": b"User-Agent: a\0b\r\n\r\n",
    "a lone carriage return in a header": b"User-Agent: a\rX-Admin: yes\r\n\r\n",
}
LARGE = {
    "one header": b"User-Agent: " + b"a" * MOST_HEAD + b"\r\n\r\n",
    "many headers": b"X-A: a\r\n" * (MOST_HEAD // 8) + b"\r\n",
}


@pytest.fixture
async def asking(settings, tokens) -> AsyncIterator[Asking]:
    """Send bytes behind a request's line and its token; the status line, the headers and the body of the one answer that comes."""
    token = await tokens.create()
    async with served(create_gateway(settings)) as (url, _):
        address = urlsplit(url)

        async def ask(
            sent: bytes, line: bytes = b"POST /v1/projects HTTP/1.1"
        ) -> tuple[bytes, dict[bytes, bytes], bytes]:
            reader, writer = await asyncio.open_connection(address.hostname, address.port)
            whose = f"Host: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n".encode()
            try:
                writer.write(line + b"\r\n" + whose + sent)
                async with asyncio.timeout(10):
                    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            finally:
                writer.transport.abort()
            status, *headers = head.split(b"\r\n")
            return status, {name.lower(): value for name, _, value in (each.partition(b": ") for each in headers)}, body

        yield ask


def assert_refused(status: bytes, headers: dict[bytes, bytes], body: bytes) -> str:
    """One answer, a problem as any other, on a connection that ends; what it says."""
    assert status == b"HTTP/1.1 400 Bad Request"
    assert headers[b"content-type"] == b"application/problem+json"
    assert headers[b"connection"] == b"close"
    assert headers[b"x-content-type-options"] == b"nosniff"
    told = json.loads(body)
    assert told["type"] == "/problems/bad-request"
    return str(told["detail"])


@pytest.mark.parametrize("sent", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
async def test_what_could_be_read_in_two_ways_is_not_read(asking, project, sent):
    assert_refused(*await asking(sent))
    # Of a body that ends badly the beginning may have been on its way to be read; no service has heard of either.
    assert project.requests == []


@pytest.mark.parametrize("sent", LARGE.values(), ids=LARGE.keys())
async def test_a_head_has_a_size(asking, project, sent):
    assert "65536 bytes" in assert_refused(*await asking(sent, b"GET /v1/projects HTTP/1.1"))
    assert "65536 bytes" in assert_refused(*await asking(b"\r\n", b"GET /v1/projects/%b HTTP/1.1" % (b"a" * MOST_HEAD)))
    assert project.requests == []
    fits = b"User-Agent: " + b"a" * (MOST_HEAD - 1024) + b"\r\n\r\n"
    assert (await asking(fits, b"GET /v1/members HTTP/1.1"))[0] == b"HTTP/1.1 200 OK"


async def test_a_head_without_an_end_is_not_kept(settings):
    """Whoever sends it has shown no token yet: 50 MB of one header were taken into memory, from anybody."""
    async with served(create_gateway(settings)) as (url, _):
        address = urlsplit(url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(b"GET /v1/projects HTTP/1.1\r\nHost: x\r\nX-A: ")
        taken = 0
        async with asyncio.timeout(10):
            while not reader.at_eof() and taken < 64 * 1024 * 1024:
                try:
                    writer.write(b"a" * 65536)
                    await writer.drain()
                except ConnectionError:
                    break
                taken += 65536
                await asyncio.sleep(0)
        writer.transport.abort()
    assert taken < 16 * 1024 * 1024, "the rest lies in the buffers of the connection"


@pytest.mark.parametrize(
    "path",
    [b"/v1%2Fprojects", b"/v1%2fprojects/1", b"/%761/projects", b"/v%31/projects", b"//v1/projects", b"/v1//projects"],
)
async def test_a_path_that_is_ours_only_once_it_is_unquoted_is_nobodys(asking, project, path):
    """`/v1%2Fprojects` went on to the service as `%2Fprojects`, which is no path, and came back as a page of plain text."""
    status, headers, _ = await asking(b"\r\n", b"GET %b HTTP/1.1" % path)
    assert (status, headers[b"content-type"]) == (b"HTTP/1.1 404 Not Found", b"application/problem+json")
    assert project.requests == []


@pytest.mark.parametrize("path", [b"/projects/../../metrics", b"/projects%2F..%2Fmetrics", b"/projects/%2e%2e/metrics"])
async def test_a_path_goes_on_as_it_was_written(asking, project, path):
    """Nothing here resolves dots or unquotes: the service sees what the permissions were looked up for."""
    assert (await asking(b"\r\n", b"GET /v1%b HTTP/1.1" % path))[0] == b"HTTP/1.1 200 OK"
    assert project.last.raw_path == path.decode()
    status, *_ = await asking(b"\r\n", b"GET http://elsewhere.example/v1/projects HTTP/1.1")
    assert (status, project.last.raw_path) == (b"HTTP/1.1 200 OK", "/projects")
    assert project.last.headers["Host"] != "elsewhere.example"
