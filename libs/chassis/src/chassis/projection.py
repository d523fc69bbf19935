"""Applying events to a picture: each exactly once, in the order of its boundary's history, whatever order they come in.

Knows nothing of NATS. Its caller commits what `apply` did together with the position up to which it read, or none of it.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.attempt import Attempt, Outcome, Poison, Poisoned
from chassis.database import enter_organization
from chassis.progress import QUEUE_UP
from chassis.received import ReceivedEvent, Unreadable
from chassis.restoring import Restoration, Restorer
from chassis.seats import entering
from chassis.statements import execute, is_driven, remember_driver

Handler = Callable[[AsyncSession, ReceivedEvent], Awaitable[None]]
AfterBatch = Callable[[AsyncSession, Sequence[ReceivedEvent]], Awaitable[None]]

_VERSIONED = re.compile(r"(?P<name>.+)\.v(?P<version>[0-9]+)")


__all__ = ["AfterBatch", "Handler", "Outcome", "Poison", "Projection"]


class Projection:
    """What a service does with the events of a stream.

    `handlers`: for each event type of interest (`SomeEvent.event_type()`) what it does to the picture. `after_batch` is called once per
    organisation and batch with the events that were applied, in order, in that organisation's context. Both get the session of the
    transaction, may record events of their own, and never commit. A handler that raises ValidationError (from `SomeEvent.read`) or
    Poison puts its event into quarantine, and parks its boundary there; all others go on. So does one that says what the database cannot
    hold. Any other error is the caller's: it rolls back.
    `restorers`: for each kind of boundary how its part of the picture is made anew, or PASS_OVER; a parked boundary of another kind stays
    parked. `service` has dead letters written for what goes into quarantine. `keeps` are the tables that the handlers fill: when code comes
    that handles more events, or keeps more of them, every boundary is restored from its snapshot.
    """

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        after_batch: AfterBatch | None = None,
        *,
        restorers: Mapping[str, Restorer | None] | None = None,
        service: str | None = None,
        keeps: Iterable[Table] = (),
    ) -> None:
        self.restorers = restorers or {}
        self.service = service
        self._handlers = handlers
        self._after_batch = after_batch
        self.picture = _digest(handlers, keeps)
        self._known_names = {name for name, _ in map(_split, handlers)}

    @staticmethod
    def opening(received: Sequence[ReceivedEvent | Unreadable]) -> str:
        """How a transaction begins that applies these events, of which there is one at least: see `apply`. It has no parameters."""
        return _attempting(received[0].organization_id)

    async def apply(
        self, session: AsyncSession, received: Iterable[ReceivedEvent | Unreadable], *, is_open: bool = False
    ) -> Outcome:
        """Apply what is next in its boundary, skip what was applied before, hold what is early, put away what is unreadable.

        is_open: the transaction has begun with `opening` of the same events.
        """
        of_organization: dict[UUID, list[ReceivedEvent | Unreadable]] = {}
        for item in received:
            of_organization.setdefault(item.organization_id, []).append(item)
        outcome = Outcome()
        for number, (organization_id, items) in enumerate(of_organization.items()):
            outcome.add(await self._apply_isolated(session, organization_id, items, is_open=is_open and number == 0))
        return outcome

    async def restore(self, session: AsyncSession, restoration: Restoration) -> Outcome:
        """Let a parked boundary go on: from its snapshot, or with the event that was put back. Then apply what is held of it.

        Raises StillBehind, ValidationError or ValueError when the snapshot will not do.
        """
        return await self._apply_isolated(session, restoration.parked.organization_id, (), restoration)

    async def _apply_isolated(
        self,
        session: AsyncSession,
        organization_id: UUID,
        items: Sequence[ReceivedEvent | Unreadable],
        restoration: Restoration | None = None,
        *,
        is_open: bool = False,
    ) -> Outcome:
        """Apply one organisation's events. A poisoned one undoes the attempt and is left out of the next: rare, so a savepoint a batch.

        The savepoint is set past the session, which forgets what it has read in an attempt that is undone.
        """
        if not is_driven(session):
            await enter_organization(session, organization_id)  # so that its transaction has begun
            await remember_driver(session)
        poisoned: dict[UUID, str] = {}
        info = dict(session.info)
        if not is_open:
            await execute(session, _attempting(organization_id))
        while True:
            try:
                return await Attempt(self, session, poisoned).run(items, restoration)
            except Poisoned as verdict:
                poisoned[verdict.event_id] = verdict.reason
                await _undo(session, info)
            except (asyncpg.DataError, DBAPIError) as error:
                # Rows are written for many events at once: which one says what no column holds, shows when each is tried alone.
                refused = _refused_value(error)
                if refused is None or restoration is not None or not items:
                    raise
                await _undo(session, info)
                if len(items) > 1:
                    return await self._one_by_one(session, organization_id, items)
                if not isinstance(items[0], ReceivedEvent) or items[0].id in poisoned:
                    raise
                poisoned[items[0].id] = refused

    async def _one_by_one(
        self, session: AsyncSession, organization_id: UUID, items: Sequence[ReceivedEvent | Unreadable]
    ) -> Outcome:
        outcome = Outcome()
        for item in items:
            outcome.add(await self._apply_isolated(session, organization_id, [item]))
        return outcome

    async def handle(self, session: AsyncSession, event: ReceivedEvent) -> bool:
        """Hand the event to its handler; False if there is none for its type, or if the event beside it says it. Raises Poison for a major version that we do not know."""
        handler, beside = self._handlers.get(event.type), event.beside
        if beside in self._handlers and beside is not None and (handler is None or _is_newer(beside, event.type)):
            return False  # said once, in the newest version that is known here
        if handler is not None:
            await handler(session, event)
            return True
        name, version = _split(event.type)
        if name in self._known_names:
            raise Poison(f"version {version} of {name} is not known here")
        return False

    async def finish(self, session: AsyncSession, applied: Sequence[ReceivedEvent]) -> None:
        """What follows on a batch."""
        if self._after_batch is not None:
            await self._after_batch(session, applied)


async def _undo(session: AsyncSession, info: Mapping[str, Any]) -> None:
    """Back to where the attempt began, in the database and in the session."""
    if not session.is_active:  # a flush has failed; the transaction is the connection's, and goes on
        await session.rollback()
    await execute(session, f"ROLLBACK TO SAVEPOINT attempt; {QUEUE_UP}")
    session.expunge_all()
    session.info.clear()
    session.info.update(info)


def _refused_value(error: asyncpg.DataError | DBAPIError) -> str | None:
    """What the database says of a value that it can hold at no time; None of any other failure, which may pass."""
    cause = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig is not None else error
    return f"a value cannot be stored: {cause}" if isinstance(cause, asyncpg.DataError) else None


def _attempting(organization_id: UUID) -> str:
    """Enter the organisation, and begin what can be undone."""
    return f"{entering(organization_id)}; SAVEPOINT attempt; {QUEUE_UP}"


def _digest(handlers: Iterable[str], keeps: Iterable[Table]) -> str:
    """The same for code that knows the same of the same events."""
    columns = [f"{table.name}.{column.name} {column.type!r}" for table in keeps for column in table.columns]
    return hashlib.sha256("\n".join([*sorted(handlers), *sorted(columns)]).encode()).hexdigest()[:16]


def _split(event_type: str) -> tuple[str, str]:
    parts = _VERSIONED.fullmatch(event_type)
    return (parts["name"], parts["version"]) if parts else (event_type, "")


def _is_newer(one: str, other: str) -> bool:
    """Of two versions of one type."""
    return int(_split(one)[1]) > int(_split(other)[1])
