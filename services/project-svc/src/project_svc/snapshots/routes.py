"""`/projects/{project_id}/snapshot`: everything in a project, as of one revision."""

from collections.abc import Sequence

from fastapi import APIRouter, Response
from sqlmodel import col, select

from chassis.etag import stamp
from chassis.problem import NotFound, responses
from chassis.unit_of_work import TransactionRoute
from contracts.snapshots import ProjectSnapshot
from project_svc.assignments.models import Assignment
from project_svc.baselines.models import BASELINES
from project_svc.budgets.models import Actual, BudgetLine
from project_svc.calendars.models import Calendar
from project_svc.change_requests.models import CHANGE_REQUESTS, first_version
from project_svc.comments.models import COMMENTS
from project_svc.commitments.models import Commitment
from project_svc.links.models import Link
from project_svc.outside_links.models import OUTSIDE_LINKS
from project_svc.projects.reading import ReadingWhole, ReadProject
from project_svc.records import RecordT
from project_svc.register.actions import all_of
from project_svc.registers import ACTIONS, ASSUMPTIONS, DECISIONS, DELIVERABLES, GATES, ISSUES, PHASES, STAKEHOLDERS
from project_svc.resources.models import Resource
from project_svc.risks.models import Risk
from project_svc.status_reports.models import STATUS_REPORTS
from project_svc.tasks.models import Task
from project_svc.tolerances.models import EXCEPTIONS

router = APIRouter(prefix="/projects/{project_id}", tags=["projects"], route_class=TransactionRoute)


@router.get("/snapshot", responses=responses(NotFound))
async def read_project_snapshot(project: ReadingWhole, response: Response) -> ProjectSnapshot:
    """What a follower of the project's events starts from, when it comes late."""
    stamp(response, project.row)
    requests = await all_of(project, CHANGE_REQUESTS)
    return ProjectSnapshot(
        revision=project.row.revision,
        project=project.row.wire(),
        calendars=[each.wire() for each in await _all(project, Calendar)],
        tasks=[each.wire() for each in await _all(project, Task)],
        links=[each.wire() for each in await _all(project, Link)],
        budget_lines=[each.wire() for each in await _all(project, BudgetLine)],
        actuals=[each.wire() for each in await _all(project, Actual)],
        risks=[each.wire() for each in await _all(project, Risk)],
        issues=await all_of(project, ISSUES),
        decisions=await all_of(project, DECISIONS),
        actions=await all_of(project, ACTIONS),
        assumptions=await all_of(project, ASSUMPTIONS),
        stakeholders=await all_of(project, STAKEHOLDERS),
        deliverables=await all_of(project, DELIVERABLES),
        phases=await all_of(project, PHASES),
        gates=await all_of(project, GATES),
        baselines=await all_of(project, BASELINES),
        change_requests=[first_version(each) for each in requests],
        change_requests_v2=requests,
        exceptions=await all_of(project, EXCEPTIONS),
        resources=[each.wire() for each in await _all(project, Resource)],
        commitments=[each.wire() for each in await _all(project, Commitment)],
        comments=await all_of(project, COMMENTS),
        outside_links=await all_of(project, OUTSIDE_LINKS),
        status_reports=await all_of(project, STATUS_REPORTS),
        assignments=[each.wire() for each in await _all(project, Assignment)],
    )


async def _all(project: ReadProject, kind: type[RecordT]) -> Sequence[RecordT]:
    found = select(kind).where(col(kind.project_id) == project.id).order_by(col(kind.id))
    return (await project.session.scalars(found)).all()
