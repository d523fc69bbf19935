"""Reading from an upstream for a combined view: whatever happens, there is an answer, a problem document at worst."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from starlette.datastructures import Headers

from chassis import failures
from chassis.positions import POSITION_HEADER, Position, parse_positions
from chassis.problem import MEDIA_TYPE, Problem
from gateway.http1 import RawHeaders
from gateway.upstreams import Outgoing, Upstream, UpstreamFailed

PASSED_ON = ("content-type", "retry-after")

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer in JSON: the record if the status is 200, else a problem document."""

    status: int
    headers: dict[str, str]
    content: bytes
    positions: list[Position]
    """What the answer reflects."""

    def json(self) -> dict[str, Any]:
        """The JSON object."""
        document: dict[str, Any] = orjson.loads(self.content)
        return document


async def fetch(upstream: Upstream, target: str, headers: RawHeaders) -> Fetched:
    """GET a path of the upstream."""
    try:
        async with upstream.exchange(Outgoing("GET", target.encode(), headers)) as answer:
            told = Headers(raw=answer.headers)
            kind = told.get("content-type", "").partition(";")[0]
            if kind != ("application/json" if answer.status == 200 else MEDIA_TYPE):
                log.error(
                    "not what was asked for", upstream=upstream.name, target=target, status=answer.status, type=kind
                )
                raise UpstreamFailed
            positions = told.get(POSITION_HEADER)
            return Fetched(
                status=answer.status,
                headers={name: told[name] for name in PASSED_ON if name in told},
                content=await answer.read(upstream.deadline),
                positions=parse_positions(positions) if positions else [],
            )
    except Problem as problem:
        rendered = failures.render(problem)
        return Fetched(rendered.status_code, dict(rendered.headers), bytes(rendered.body), [])


def earliest(positions: Iterable[Iterable[Position]]) -> list[Position]:
    """What an answer made of several reflects: of each boundary, the earliest revision that one of them reflects."""
    found: dict[tuple[str, object], Position] = {}
    for position in (position for each in positions for position in each):
        key = (position.kind, position.id)
        known = found.get(key)
        if known is None or position.revision < known.revision:
            found[key] = position
    return list(found.values())
