"""The outbox: a change and its events are rows of the same transaction, and only the relay publishes.

`record` collects while the transaction runs; `flush` inserts the rows last, right before the commit, while the boundary's row lock is
still held. That lock is what puts the rows of a boundary in order: whoever comes next takes the next revision and the next `pos`.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from chassis import rows
from chassis.message import Message
from chassis.one_statement import check_can_ask, expected
from chassis.positions import Position
from chassis.short_cuts import Unusual
from chassis.statements import execute
from contracts.events import Event
from contracts.provenance import HEADER, Provenance

MOST_BYTES = 900_000
"""Of one event's payload: the server takes messages of 1 MiB, headers included."""
PAUSE_EVERY = 500
"""Events after which others have a turn while rows are made."""

_RECORDED = "chassis.outbox.recorded"
_ALONG = "chassis.outbox.along"
_ORIGIN = "chassis.outbox.origin"

COLUMNS = "id, organization_id, boundary_id, revision, position, positions, subject, headers, payload"
TYPES = ("uuid", "uuid", "uuid", "bigint", "integer", "integer", "text", "text", "bytea")


_PLACE = re.compile(r"\$(\d+)")


@cache
def _insertion(along: tuple[tuple[str, int], ...], *, is_one: bool) -> str:
    """The statement for one row, or for any number of them, which takes `pos` in their order. along: other statements to be run with it, and how
    many values each of them has; these come before its own.
    """
    first, taken = _beside(along)
    places = range(taken + 1, taken + len(TYPES) + 1)
    if is_one:
        values = ", ".join(f"${place}" for place in places)
        return f"{first}INSERT INTO outbox ({COLUMNS}) VALUES ({values})"  # noqa: S608  (constants)
    return f"{first}{_of_arrays(places)} ORDER BY number"


def _of_arrays(places: Iterable[int]) -> str:
    """The insertion of rows that are given column by column."""
    arrays = ", ".join(f"${place}::{kind}[]" for place, kind in zip(places, TYPES, strict=True))
    source = f"unnest({arrays}) WITH ORDINALITY AS row ({COLUMNS}, number)"
    return f"INSERT INTO outbox ({COLUMNS}) SELECT {COLUMNS} FROM {source}"  # noqa: S608  (constants)


@cache
def _insertion_behind(along: tuple[tuple[str, int], ...]) -> str:
    """The statement for any number of rows that is nothing at all, but fails, unless the first one of `along`, an UPDATE, changes a row.

    That happens before any `pos` is taken, so that these are in the order in which the boundary's revisions are.
    """
    first, taken = _beside(along)
    places = range(taken + 1, taken + len(TYPES) + 1)
    return f"{first}{_of_arrays(places)} WHERE 1 / (SELECT count(*) FROM along_0) = 1 ORDER BY number"  # noqa: S608  (constants)


@cache
def _beside(statements: tuple[tuple[str, int], ...]) -> tuple[str, int]:
    """The beginning of a statement, with which others are run, and how many values these take. statements: each with the number of its own."""
    taken, before = 0, []
    for number, (statement, values) in enumerate(statements):
        before.append(f"along_{number} AS ({_behind(taken, statement)})")
        taken += values
    return f"WITH {', '.join(before)} " if before else "", taken


def _behind(taken: int, statement: str) -> str:
    """The statement with its values behind as many others."""
    return _PLACE.sub(lambda place: f"${taken + int(place[1])}", statement)


class EventTooLarge(Exception):
    """An event that no server would take: a fault of ours, found before it can stop the relay. Split it into parts."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """The aggregate whose row this transaction has locked, at the revision that it took.

    `kind` is one of `contracts.subjects.BoundaryKind`; the id of an organisation's strategy, or of its work, is the organisation's. Take a revision only if
    something will be recorded under it: a revision without an event is a gap, at which every consumer waits.
    """

    kind: str
    id: UUID
    organization_id: UUID
    revision: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Who and what an event goes back to. `causation_id` is the id of the event that was being handled, if one was.

    `provenance` is for auditors alone, and goes beside the event.
    """

    actor: str
    traceparent: str | None
    correlation_id: str
    causation_id: str | None
    provenance: Provenance | None = None


@dataclass(frozen=True, slots=True)
class _Along:
    table: str
    statement: str
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Recorded:
    boundary: Boundary
    event: Event
    origin: Origin | None


def record(session: AsyncSession, boundary: Boundary, event: Event) -> None:
    """Say that this happened; it is published if and only if the transaction commits. The order of calls is kept."""
    origin: Callable[[], Origin] | None = session.info.get(_ORIGIN)
    session.info.setdefault(_RECORDED, []).append(_Recorded(boundary, event, None if origin is None else origin()))


def attribute(session: AsyncSession, origin: Callable[[], Origin] | None) -> None:
    """What is recorded from now on goes back to what `origin` says, not to the one that `flush` is given; None ends that."""
    session.info[_ORIGIN] = origin


def send_along(session: AsyncSession, table: str, statement: str, *values: object) -> None:
    """Write to a table, by a statement (a constant with `$1`, `$2` …), on one way with the events. Nobody may ask for it before; see `catch_up`.

    table: or any other name of rows that no other statement touches which is sent along.
    """
    session.info.setdefault(_ALONG, []).append(_Along(table, statement, values))


async def catch_up(session: AsyncSession) -> None:
    """Write now what was to be sent along, on one way."""
    if session.info.get(_ALONG):
        check_can_ask(session)
    match await _together(session):
        case []:
            return
        case [alone]:
            await execute(session, alone.statement, *alone.values)
        case along:
            first, _ = _beside(_shape(along))
            await execute(session, f"{first}SELECT", *(value for each in along for value in each.values))


def discard(session: AsyncSession) -> None:
    """Forget what was recorded since the last `flush`, and was to be sent along: its savepoint was rolled back."""
    for name in (_RECORDED, _ORIGIN, _ALONG):
        session.info.pop(name, None)


async def flush(session: AsyncSession, origin: Origin) -> list[Position]:
    """Insert the rows of everything recorded, numbered k of n within each revision. The last thing a transaction does.

    Returns the revisions that were written, in the order of their first event. Raises EventTooLarge.
    """
    recorded: list[_Recorded] = session.info.pop(_RECORDED, [])
    session.info.pop(_ORIGIN, None)
    await rows.flush(session)
    if not recorded:
        if _ALONG in session.info:
            await catch_up(session)
        return []
    made = []
    for number, row in enumerate(_rows(recorded, origin), start=1):
        made.append(row)
        if number % PAUSE_EVERY == 0:
            await asyncio.sleep(0)  # ten thousand events take seconds, in which this process has others to answer
    await _insert(session, made)
    return _positions(recorded)


def one_statement(session: AsyncSession, origin: Origin) -> tuple[str, Sequence[object], list[Position]]:
    """What `flush` would write as one statement, with its values and the revisions: nothing at all, but a failure, unless a row is as was
    expected (`chassis.one_statement`). Raises Unusual if it takes more than one, or nothing was recorded.
    """
    recorded: list[_Recorded] = session.info.get(_RECORDED, [])
    first = expected(session)
    along = [_Along(first.table, first.statement, tuple(first.values)), *session.info.get(_ALONG, ())]
    is_one = len({each.table for each in along}) == len(along)
    if not recorded or not is_one or len(recorded) > PAUSE_EVERY or session.new or session.dirty or session.deleted:
        raise Unusual
    columns = map(list, zip(*_rows(recorded, origin), strict=True))
    values = [*(value for each in along for value in each.values), *columns]
    return _insertion_behind(_shape(along)), values, _positions(recorded)


def _by_revision(recorded: Sequence[_Recorded]) -> dict[Boundary, list[_Recorded]]:
    revisions: dict[Boundary, list[_Recorded]] = {}
    for each in recorded:
        revisions.setdefault(each.boundary, []).append(each)
    return revisions


def _rows(recorded: Sequence[_Recorded], origin: Origin) -> Iterator[tuple[object, ...]]:
    for of_revision in _by_revision(recorded).values():
        for number, each in enumerate(of_revision, start=1):
            yield _row(each.boundary, number, len(of_revision), each.event, each.origin or origin)


def _positions(recorded: Sequence[_Recorded]) -> list[Position]:
    return [Position(boundary.kind, boundary.id, boundary.revision) for boundary in _by_revision(recorded)]


async def _insert(session: AsyncSession, made: Sequence[tuple[object, ...]]) -> None:
    along = await _together(session)
    statement = _insertion(_shape(along), is_one=len(made) == 1)
    columns = made[0] if len(made) == 1 else map(list, zip(*made, strict=True))
    await execute(session, statement, *(value for each in along for value in each.values), *columns)


async def _together(session: AsyncSession) -> list[_Along]:
    """What can be one statement. Its parts would not see each other's rows: what is written before another write to the same table goes first."""
    waiting: list[_Along] = session.info.pop(_ALONG, [])
    last = {each.table: number for number, each in enumerate(waiting)}
    alone = max((number + 1 for number, each in enumerate(waiting) if last[each.table] > number), default=0)
    for each in waiting[:alone]:
        await execute(session, each.statement, *each.values)
    return waiting[alone:]


def _shape(along: Sequence[_Along]) -> tuple[tuple[str, int], ...]:
    return tuple((each.statement, len(each.values)) for each in along)


def _row(boundary: Boundary, position: int, positions: int, event: Event, origin: Origin) -> tuple[object, ...]:
    """The values of COLUMNS."""
    event_id, sent = message(boundary, event, position, positions, origin)
    place = boundary.revision, position, positions
    headers = orjson.dumps(dict(sent.headers)).decode()
    return event_id, boundary.organization_id, boundary.id, *place, sent.subject, headers, sent.payload


def message(boundary: Boundary, event: Event, position: int, positions: int, origin: Origin) -> tuple[UUID, Message]:
    """The event's new id, and the event as it goes over NATS: the k-th of n of its boundary's revision. Raises EventTooLarge."""
    if event.boundary != boundary.kind:
        raise ValueError(f"{event.event_type()} is no event of a {boundary.kind}")
    event_id = uuid7()
    envelope = event.envelope(
        event_id=event_id,
        time=datetime.now(UTC),
        organization_id=boundary.organization_id,
        revision=boundary.revision,
        position=position,
        positions=positions,
        actor=origin.actor,
        correlation_id=origin.correlation_id,
        causation_id=origin.causation_id,
        traceparent=origin.traceparent,
    )
    payload = event.data_json()
    if len(payload) > MOST_BYTES:
        raise EventTooLarge(f"{event.event_type()} has {len(payload)} bytes")
    headers = envelope.headers()
    if origin.provenance is not None:
        headers[HEADER] = _printed(origin.provenance)
    return event_id, Message(_subject(type(event), boundary.id, boundary.organization_id), headers, payload)


# A boundary's events come on a handful of subjects, one after the other, and what one request records has one origin.
@lru_cache(maxsize=4096)
def _subject(kind: type[Event], boundary_id: UUID, organization_id: UUID) -> str:
    return str(kind.subject(boundary_id, organization_id))


@lru_cache(maxsize=256)
def _printed(provenance: Provenance) -> str:
    return provenance.header()
