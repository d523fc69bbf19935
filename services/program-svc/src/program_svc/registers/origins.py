"""What a program takes over from its projects: a record that is there, of one of them, and once, for the sums count it in the program alone."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy import Table, select
from sqlmodel import col

from chassis.problem import Conflict
from contracts.program_events.governance import IssueState, RiskState
from program_svc.boundaries import LockedProgram
from program_svc.components.models import Component
from program_svc.registers.named import missing
from program_svc.tables import METADATA

POINTER = "/origin"


class TakenOver(Conflict):
    """Another record of the program stands for it already; ``taken_over_by`` names that one."""

    slug, title = "taken-over", "It was taken over already"


def takes_over(replica: Table, own: str) -> Callable[[LockedProgram, RiskState | IssueState], Awaitable[None]]:
    """The check of records in the table ``own`` that may stand for one in a table of the replica. It raises NotFound and TakenOver."""

    async def check(locked: LockedProgram, record: RiskState | IssueState) -> None:
        origin, table = record.origin, METADATA.tables[own]
        if origin is None:
            return
        named = table.c.origin["record_id"].astext == str(origin.record_id)
        standing = select(table.c.id).where(table.c.program_id == locked.program.id, named)
        known: UUID | None = await locked.session.scalar(standing)
        if known == record.id:  # what it was taken over from may be gone by now
            return
        if known is not None:
            raise TakenOver(f"The record {known} of the program stands for it.", taken_over_by=str(known))
        there = (
            select(replica.c.id)
            .join(Component, col(Component.project_id) == replica.c.project_id)
            .where(
                replica.c.id == origin.record_id,
                replica.c.project_id == origin.project_id,
                col(Component.program_id) == locked.program.id,
            )
        )
        if await locked.session.scalar(there) is None:
            raise missing(POINTER, f"There is no such record in a project of this program: {origin.record_id}.")

    return check
