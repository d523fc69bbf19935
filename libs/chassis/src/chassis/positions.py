"""Read your writes: where a boundary stands, and waiting until this service's picture includes it."""

import asyncio
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.arrivals import POLL, Arrivals
from chassis.database import Database
from chassis.problem import PositionNotReached, invalid
from chassis.statements import fetch_row

POSITION_HEADER = "Interlock-Position"
AFTER_HEADER = "Interlock-After"
DEFAULT_WAIT = 2.0
LONGEST_WAIT = 10.0
NEVER = 2**63 - 1
MOST_POSITIONS = 101
"""As many as an answer says that it reflects: a program's own and those of a hundred projects."""

_FORM = re.compile(
    r"(?P<kind>[a-z_]{1,32})/(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@(?P<revision>[0-9]{1,18})"
)
_PREFER = re.compile(r"(?:^|,)\s*wait\s*=\s*\"?([0-9]{1,9})\"?\s*(?=$|[,;])")

# A revision is in the picture once its last event is; a later revision of the same boundary includes it.
_REACHED = """
    SELECT count(*)
    FROM unnest($1::text[], $2::uuid[], $3::bigint[]) AS wanted (kind, id, revision)
    JOIN boundary_positions AS here USING (kind, id)
    WHERE here.organization_id = $4
      AND (here.revision > wanted.revision OR (here.revision = wanted.revision AND here.position = here.positions))
"""


@dataclass(frozen=True, slots=True)
class Position:
    """One revision of one boundary, on the wire `project/<id>@<revision>`."""

    kind: str
    id: UUID
    revision: int

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}@{self.revision}"


Sees = Callable[[Position], bool]
"""Whether the caller may know how far the boundary is."""


def parse_positions(header: str) -> list[Position]:
    """The positions of an `Interlock-After` header, separated by commas. Raises InvalidRequest for any other form."""
    parts = [part.strip() for part in header.split(",") if part.strip()]
    matches = [_FORM.fullmatch(part) for part in parts]
    if not parts or len(parts) > MOST_POSITIONS or None in matches:
        raise invalid(
            "/Interlock-After",
            "position",
            f"Write positions as `project/<id>@<revision>`, at most {MOST_POSITIONS}.",
            location="header",
        )
    return [Position(match["kind"], UUID(match["id"]), int(match["revision"])) for match in matches if match]


def print_positions(positions: Sequence[Position]) -> str:
    """The header's value, the inverse of `parse_positions`."""
    return ", ".join(str(position) for position in positions)


def preferred_wait(prefer: str | None) -> float:
    """The seconds that a `Prefer: wait=N` header asks for: 2 unless it says, 10 at most. Unknown preferences are ignored."""
    asked = _PREFER.search(prefer) if prefer else None
    return min(float(asked[1]), LONGEST_WAIT) if asked else DEFAULT_WAIT


async def await_header(
    database: Database,
    organization_id: UUID,
    headers: Mapping[str, str],
    own: Collection[str] = (),
    arrivals: Arrivals | None = None,
    sees: Sees = lambda _: True,
) -> None:
    """Read your writes: wait for what a request's `Interlock-After` names, as long as its `Prefer` says; for what is not seen in vain.

    Boundaries of the kinds in `own` live in this service: what it wrote of them it also shows. Raises InvalidRequest, PositionNotReached.
    """
    after = headers.get(AFTER_HEADER.lower())
    named = [] if after is None else [each for each in parse_positions(after) if each.kind not in own]
    if named:
        await wait(database, organization_id, named, preferred_wait(headers.get("prefer")), arrivals, sees)


async def wait(
    database: Database,
    organization_id: UUID,
    positions: Sequence[Position],
    within: float,
    arrivals: Arrivals | None = None,
    sees: Sees = lambda _: True,
) -> None:
    """Return once this service has applied every one of the positions of the organisation; never where one of them is not seen.

    Looks at every arrival, or every 10 ms where none are told, each time by one statement and no more: a waiting reader holds no
    connection and no snapshot. Raises PositionNotReached after `within` seconds.
    """
    wanted = {
        (position.kind, position.id): position.revision if sees(position) else NEVER
        for position in sorted(positions, key=lambda each: each.revision)
    }
    kinds, ids = [kind for kind, _ in wanted], [id_ for _, id_ in wanted]
    deadline = asyncio.get_running_loop().time() + within
    while True:
        arrival = None if arrivals is None else arrivals.next
        async with database.reading(organization_id) as session:
            row = await fetch_row(session, _REACHED, kinds, ids, list(wanted.values()), organization_id)
        if row is not None and row[0] == len(wanted):
            return
        left = deadline - asyncio.get_running_loop().time()
        if left < POLL:
            raise PositionNotReached(f"After {within:g} s the picture does not include {print_positions(positions)}.")
        if arrivals is not None and arrival is not None:
            await arrivals.wait(arrival, left)
        else:
            await asyncio.sleep(POLL)
