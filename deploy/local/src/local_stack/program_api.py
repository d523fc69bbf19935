"""The public API as the loader uses it: keyed writes that are safe to repeat, and problems told in one line."""

import asyncio
import hashlib
import re
from http import HTTPStatus
from typing import Any

import httpx
import orjson

from local_stack.errors import StackError

TRIES = 6
FIRST_PAUSE = 0.2
WORTH_A_RETRY = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)

OPERATION = re.compile(r"/operations/(\d+)(?:/body)?")
"""How a problem's pointers name an operation of a batch."""


class Refused(StackError):
    """The API answered with a problem."""

    def __init__(self, status: int, told: str, operation: int | None = None) -> None:
        super().__init__(told)
        self.status = status
        self.operation = operation
        """The operation of a batch that it is about; None if it is about none."""


class Api:
    """A client of one gateway for one organisation. Every POST carries a key, so a repeated load repeats nothing."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.positions: dict[str, str] = {}
        """The last position that each boundary answered: `project/<id>` → `project/<id>@<revision>`."""

    async def post(self, path: str, body: dict[str, Any], generation: int = 0) -> dict[str, Any]:
        """Write `body` once, however often this is called with one `generation`. Raises Refused and StackError."""
        content = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
        key = hashlib.sha256(b"%s\n%d\n%s" % (path.encode(), generation, content)).hexdigest()
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        return await self._send(self._http.build_request("POST", path, content=content, headers=headers))

    async def get(self, path: str, after: list[str] | None = None) -> dict[str, Any]:
        """Read `path`, if need be only once it reflects the positions `after`. Raises Refused and StackError."""
        headers = {"Interlock-After": ", ".join(after), "Prefer": "wait=10"} if after else {}
        return await self._send(self._http.build_request("GET", path, headers=headers))

    async def _send(self, request: httpx.Request) -> dict[str, Any]:
        """Send, and send again after a fault that passes: the write is keyed, so that is the same write."""
        for attempt in range(TRIES):
            last = attempt == TRIES - 1
            try:
                answer = await self._http.send(request)
            except httpx.HTTPError as error:
                if last or isinstance(error, httpx.ConnectError):
                    raise StackError(f"No answer from {request.url}: {str(error) or type(error).__name__}") from None
            else:
                if answer.status_code not in WORTH_A_RETRY or last:
                    return self._read(answer)
            await asyncio.sleep(FIRST_PAUSE * 2**attempt)
        raise AssertionError("the last attempt returns or raises")

    def _read(self, answer: httpx.Response) -> dict[str, Any]:
        if answer.is_error:
            told = _told(answer)
            named = OPERATION.search(told)
            raise Refused(answer.status_code, OPERATION.sub("", told), None if named is None else int(named[1]))
        for position in answer.headers.get("Interlock-Position", "").split(","):
            boundary = position.strip().partition("@")[0]
            if boundary:
                self.positions[boundary] = position.strip()
        content: dict[str, Any] = answer.json()
        return content


def _told(answer: httpx.Response) -> str:
    """A problem document in one line: status, what is wrong, the first fields that are."""
    try:
        problem = answer.json()
        errors = [f"{error['pointer']} {error['message']}" for error in problem.get("errors", [])]
        told = "; ".join(errors[:3]) or problem.get("detail") or problem["title"]
    except (ValueError, KeyError, AttributeError, TypeError):
        told = answer.text[:200] or answer.reason_phrase
    return f"{answer.status_code}: {' '.join(str(told).split())}"
