"""Requests to an ASGI application in this process: no socket, no parser, nothing that either side would not cost alone."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import orjson

Application = Callable[[Any, Any, Any], Awaitable[None]]


class Refused(Exception):
    """An answer that is no success: there is nothing to measure then."""


class Client:
    """Somebody who talks to an application."""

    def __init__(self, application: Application, headers: Mapping[str, str]) -> None:
        self._application = application
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        self._headers.append((b"content-type", b"application/json"))

    async def send(self, method: str, path: str, body: bytes = b"", query: str = "") -> bytes:
        """The answer's bytes. Raises Refused."""
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [*self._headers, (b"content-length", b"%d" % len(body))],
            "client": ("127.0.0.1", 1),
            "server": ("bench", 80),
        }
        status, chunks = 0, []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def answer(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                chunks.append(message.get("body", b""))

        await self._application(scope, receive, answer)
        content = b"".join(chunks)
        if not 200 <= status < 300:
            raise Refused(f"{method} {path}: {status} {content.decode()}")
        return content

    async def post(self, path: str, body: Any) -> Any:
        """The answer's JSON. Raises Refused."""
        return orjson.loads(await self.send("POST", path, orjson.dumps(body)))
