"""What each event of a project does to the replica. Events carry whole states, so every one keeps a record or forgets it.

Called with the events of one project in the order of its revisions, each once.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.projection import Handler
from chassis.received import ReceivedEvent
from contracts import project_events as events
from contracts.events import RecordEvent
from program_svc.replica.heard import heard_in
from program_svc.replica.models import PROJECTS
from program_svc.replica.rows import Row, project_row


async def keep_project(session: AsyncSession, received: ReceivedEvent) -> None:
    """A project was created or changed."""
    project = events.ProjectUpdated.read(received.data).data.record
    heard_in(session).keep(PROJECTS, project_row(project) | {"revision": received.revision})


async def drop_project(session: AsyncSession, received: ReceivedEvent) -> None:
    """A project is gone with all that belonged to it."""
    heard_in(session).forget_project(events.ProjectDeleted.read(received.data).data.record.id)


def keeping(event: type[RecordEvent[Any]], table: Table, row: Callable[[Any], Row]) -> Handler:
    """A handler that keeps the event's record in this table."""

    async def keep(session: AsyncSession, received: ReceivedEvent) -> None:
        heard_in(session).keep(table, row(event.read(received.data).data.record))

    return keep


def dropping(event: type[RecordEvent[Any]], table: Table) -> Handler:
    """A handler that forgets the event's record."""

    async def drop(session: AsyncSession, received: ReceivedEvent) -> None:
        heard_in(session).forget(table, event.read(received.data).data.record.id)

    return drop
