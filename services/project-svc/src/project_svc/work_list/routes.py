"""`/work-list`, and `/projects/{project_id}/work-list`."""

from typing import Annotated

from fastapi import APIRouter, Query

from chassis.paging import Page
from chassis.problem import NotFound, responses
from chassis.unit_of_work import TransactionRoute, Unit
from project_svc.projects.reading import Reading, check_readable
from project_svc.work_list.models import MemberWork, PeopleQuery, TeamWorkQuery, WorkItem, WorkQuery
from project_svc.work_list.queries import people_of, work_of

router = APIRouter(tags=["work-list"], route_class=TransactionRoute)


@router.get("/work-list", responses=responses(NotFound))
async def list_work(unit: Unit, query: Annotated[WorkQuery, Query()]) -> Page[WorkItem]:
    """What waits for the caller, or for somebody else, in every project that the caller sees: what is late, what is to do, what comes next. Sort by `due_on`."""
    identity, wanted = unit.identity, query.project_id
    seen = None if identity.sees_all else frozenset(identity.projects)
    if wanted is not None:
        if seen is not None and wanted not in seen:
            raise NotFound
        await check_readable(wanted, unit)
        seen = frozenset({wanted})
    return await work_of(unit.session, query, seen, query.person or [identity.subject])


@router.get("/projects/{project_id}/work-list", responses=responses(NotFound))
async def list_project_work(project: Reading, query: Annotated[TeamWorkQuery, Query()]) -> Page[WorkItem]:
    """The same for one project and its whole team, or some of it. Sort by `due_on`."""
    return await work_of(project.session, query, [project.id], query.person)


@router.get("/projects/{project_id}/work-list/people", responses=responses(NotFound))
async def list_project_people(project: Reading, query: Annotated[PeopleQuery, Query()]) -> Page[MemberWork]:
    """How much is late, to do and to come for each person that the project's records name. Sort by `person`."""
    return await people_of(project.session, query, project.id, query.as_of)
