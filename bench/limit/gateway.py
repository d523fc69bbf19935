"""The least gateway: `/v1` is cut off, the rest is passed on. `uvicorn bench.limit.gateway:app`; LIMIT_SERVICE_PORT says where to."""

import os

from starlette.types import Receive, Scope, Send

from bench.limit.pool import Pool

POOL = Pool("127.0.0.1", int(os.environ["LIMIT_SERVICE_PORT"]))
PASSED = frozenset({b"content-type", b"content-length"})


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    body = b""
    if scope["method"] != "GET":
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
    target = scope["raw_path"][3:].decode()
    if scope["query_string"]:
        target += "?" + scope["query_string"].decode()
    answer = await POOL.request(scope["method"], target, b"Content-Type: application/json\r\n", body)
    passed = [header for header in answer.headers if header[0] in PASSED]
    await send({"type": "http.response.start", "status": answer.status, "headers": passed})
    await send({"type": "http.response.body", "body": answer.body})
