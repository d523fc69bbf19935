"""`/projects/{project_id}/batch`."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response

from chassis import authority
from chassis.problem import AlreadyExists, Conflict, Forbidden, NotFound, responses
from chassis.unit_of_work import TransactionRoute, Unit
from contracts.permissions import of_record
from project_svc.assignments.effort import TooMuchWork
from project_svc.batch.actions import Done, perform
from project_svc.batch.models import Batch, BatchRead, Outcome
from project_svc.budgets.actions import BudgetTooLarge
from project_svc.conflicts import RecordInUse
from project_svc.projects.locked import LockedProject, Shown, Writing
from project_svc.projects.models import IllegalStep, ProjectClosed
from project_svc.resources.models import ResourceInUse
from project_svc.schedule.conclusion import conclude
from project_svc.schedule.models import Preview
from project_svc.schedule.problems import Cycle, OutsideTime, Unschedulable
from project_svc.tasks.actions import TaskInUse
from project_svc.tasks.rules import OtherProject

router = APIRouter(prefix="/projects/{project_id}/batch", tags=["batch"], route_class=TransactionRoute)

REFUSALS = responses(
    *(NotFound, Forbidden, Conflict, AlreadyExists, ProjectClosed, OtherProject, Cycle, OutsideTime, Unschedulable),
    *(TaskInUse, RecordInUse, ResourceInUse, IllegalStep, BudgetTooLarge, TooMuchWork),
)


@dataclass(frozen=True, slots=True)
class _CarriedOut:
    project: LockedProject
    done: list[Done]

    @property
    def revision(self) -> int:
        return self.project.row.revision

    def wire(self) -> BatchRead:
        last = {each.id: each.shown for each in self.done}
        return BatchRead(revision=self.revision, results=[_outcome(each, last[each.id]) for each in self.done])


def _outcome(done: Done, last: Shown[Any] | None) -> Outcome:
    operation, shown = done.operation, None if last is None else last.wire()
    return Outcome(op=operation.op, record=done.record, ref=operation.ref, id=done.id, state=shown)


@router.post("", responses=REFUSALS)
async def perform_batch(project: Writing, unit: Unit, body: Batch, response: Response) -> BatchRead | Preview:
    """Carry out up to 1,000 operations, all or nothing: one transaction, one revision, one recalculation.

    An operation creates, updates or deletes one record, with the body that the record's own route takes. What it creates may be given a
    name (`ref`), which later operations use in the place of an id: `{"ref": "foundations"}`. An operation that is refused is named by
    `operation` and by the pointers in `errors`; then nothing of the batch was done.
    """
    operations = [(str(operation.record), operation) for operation in body.operations]
    place = {"project_id": project.id}
    for record, verb in sorted({(record, str(operation.op)) for record, operation in operations}):
        authority.check(unit.identity, of_record(record, verb), place)
    return await conclude(project, _CarriedOut(project, await perform(project, operations)), response)
