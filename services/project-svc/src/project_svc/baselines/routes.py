"""`/projects/{project_id}/baselines`."""

from collections import Counter
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query, Response

from chassis.etag import IfMatch, check_if_match
from chassis.paging import Page
from chassis.problem import AlreadyExists, Forbidden, NotFound, StaleRevision, responses
from chassis.short_cuts import Asked, short_cut
from chassis.unit_of_work import CurrentIdentity, TransactionRoute, Unit
from contracts.project_events.baselines import BaselineState
from contracts.values import Id
from project_svc.baselines import actions, copies
from project_svc.baselines.comparison import Comparison, ComparisonQuery, ComparisonRead, Difference
from project_svc.baselines.content import content_of
from project_svc.baselines.copies import BaselineLineQuery, BaselineTaskQuery
from project_svc.baselines.models import (
    BASELINES,
    Approval,
    BaselineCreate,
    BaselineLineRead,
    BaselineTaskRead,
)
from project_svc.baselines.picture import present_picture
from project_svc.baselines.queries import picture_of
from project_svc.baselines.scope import compared_scope
from project_svc.baselines.unrequested import ChangesUnrequested
from project_svc.baselines.variance import VarianceQuery, VarianceRead, variance_of
from project_svc.projects.locked import Writing
from project_svc.projects.models import IllegalStep, ProjectClosed
from project_svc.projects.reading import Reading, ReadingWhole
from project_svc.register.actions import find
from project_svc.register.forms import form_of
from project_svc.schedule.conclusion import PREVIEWED, conclude, conclude_deletion
from project_svc.schedule.models import Preview
from project_svc.schedule.problems import Cycle, OutsideTime, Unschedulable
from project_svc.schedule.queries import schedule_of

router = APIRouter(prefix="/projects/{project_id}/baselines", tags=["baselines"], route_class=TransactionRoute)
FORM = form_of(BASELINES)

WRITES = responses(NotFound, Forbidden, ProjectClosed, AlreadyExists, Cycle, OutsideTime, Unschedulable)
CHANGES = responses(NotFound, Forbidden, ProjectClosed, actions.BaselineFixed, StaleRevision)
BaselineQuery = BASELINES.query
BaselineUpdate = BASELINES.update


@router.post("", status_code=201, responses=PREVIEWED | WRITES)
async def create_baseline(project: Writing, body: BaselineCreate, response: Response) -> BaselineState | Preview:
    """Copy the plan as it stands: scope, schedule and cost. The copy is a draft until it is approved."""
    return await conclude(project, await actions.create_baseline(project, body), response)


@router.get("", response_model=Page[BaselineState], responses=responses(NotFound))
@short_cut(FORM.short_page(BaselineQuery))
async def list_baselines(
    project_id: Id,
    unit: Unit,
    query: Annotated[BaselineQuery, Query()],  # type: ignore[valid-type]  # made from the declaration
) -> Response:
    """The project's baselines. Sort by `created_at`, `updated_at`, `name` or `of_revision`."""
    return await FORM.page(unit, project_id, query)


@router.get("/{baseline_id}", response_model=BaselineState, responses=responses(NotFound))
@short_cut(FORM.short_one("baseline_id"))
async def read_baseline(baseline_id: Id, project_id: Id, unit: Unit) -> Response:
    """One baseline, without its tasks and budget lines."""
    return await FORM.one(unit, project_id, baseline_id)


@router.patch("/{baseline_id}", responses=CHANGES)
async def update_baseline(
    project: Writing,
    baseline_id: Id,
    body: BaselineUpdate,  # type: ignore[valid-type]  # made from the declaration
    response: Response,
    if_match: IfMatch = None,
) -> BaselineState | Preview:
    """Change what people wrote of a draft; what was copied never changes."""
    baseline = await find(project, BASELINES, baseline_id)
    check_if_match(if_match, baseline)
    return await conclude(project, await actions.update_baseline(project, baseline, body), response)


@router.post(
    "/{baseline_id}/approve",
    responses=CHANGES | responses(IllegalStep, actions.ChangeRequestNeeded, ChangesUnrequested),
)
async def approve_baseline(
    project: Writing,
    baseline_id: Id,
    body: Approval,
    identity: CurrentIdentity,
    response: Response,
    if_match: IfMatch = None,
) -> BaselineState | Preview:
    """Measure the project by this draft from now on; the baseline before it is superseded."""
    baseline = await find(project, BASELINES, baseline_id)
    check_if_match(if_match, baseline)
    return await conclude(project, await actions.approve_baseline(project, baseline, body, identity.subject), response)


@router.delete("/{baseline_id}", status_code=204, response_model=None, responses=PREVIEWED | CHANGES)
async def delete_baseline(
    project: Writing, baseline_id: Id, response: Response, if_match: IfMatch = None
) -> Preview | None:
    """Remove a draft."""
    baseline = await find(project, BASELINES, baseline_id)
    check_if_match(if_match, baseline)
    await actions.delete_baseline(project, baseline)
    return await conclude_deletion(project, response)


async def _list_tasks(asked: Asked) -> Response:
    return await copies.page_of(
        copies.TASKS, asked.unit, asked.id("project_id"), asked.id("baseline_id"), asked.query(BaselineTaskQuery)
    )


async def _list_lines(asked: Asked) -> Response:
    return await copies.page_of(
        copies.LINES, asked.unit, asked.id("project_id"), asked.id("baseline_id"), asked.query(BaselineLineQuery)
    )


@router.get("/{baseline_id}/tasks", response_model=Page[BaselineTaskRead], responses=responses(NotFound))
@short_cut(_list_tasks)
async def list_baseline_tasks(
    project_id: Id, baseline_id: Id, unit: Unit, query: Annotated[BaselineTaskQuery, Query()]
) -> Response:
    """The tasks as they were planned. Sort by `task_id`, `wbs_code` (the order of the outline) or `name`."""
    return await copies.page_of(copies.TASKS, unit, project_id, baseline_id, query)


@router.get("/{baseline_id}/budget-lines", response_model=Page[BaselineLineRead], responses=responses(NotFound))
@short_cut(_list_lines)
async def list_baseline_lines(
    project_id: Id, baseline_id: Id, unit: Unit, query: Annotated[BaselineLineQuery, Query()]
) -> Response:
    """The budget lines as they were planned. Sort by `line_id` or `name`."""
    return await copies.page_of(copies.LINES, unit, project_id, baseline_id, query)


@router.get(
    "/{baseline_id}/content",
    response_class=Response,
    responses=responses(NotFound) | {200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
async def read_baseline_content(project: Reading, baseline_id: Id) -> Response:
    """The whole copy as canonical JSON: the SHA-256 of these bytes is the baseline's `content_hash`."""
    baseline = await find(project, BASELINES, baseline_id)
    picture = await picture_of(project.session, baseline)
    content = content_of(picture, project.row.currency, project.row.granularity)
    return Response(content, media_type="application/json")


@router.get("/{baseline_id}/explain", responses=responses(NotFound, Cycle, OutsideTime, Unschedulable))
async def explain_variance(
    project: ReadingWhole, baseline_id: Id, query: Annotated[VarianceQuery, Query()]
) -> VarianceRead:
    """Why a task, or the project, is not where this baseline has it: the variance along what drives it, and where it comes in."""
    return await variance_of(project, await find(project, BASELINES, baseline_id), query)


@router.get("/{baseline_id}/comparison", responses=responses(NotFound, Cycle, OutsideTime, Unschedulable))
async def compare_baseline(
    project: ReadingWhole, baseline_id: Id, query: Annotated[ComparisonQuery, Query()]
) -> ComparisonRead:
    """What was added, removed, moved and re-costed since this baseline, up to the present plan or another baseline."""
    before = await picture_of(project.session, await find(project, BASELINES, baseline_id))
    planned = await schedule_of(project)
    if query.with_ is None:
        after = await present_picture(project, planned)
    else:
        after = await picture_of(project.session, await find(project, BASELINES, query.with_))
    then, now = before.more, after.more
    comparison = Comparison(before, after, planned, project.row.currency, project.row.granularity)
    tasks = list(comparison.tasks())
    wanted = (
        task
        for task in tasks
        if (query.difference is None or query.difference in task.differences)
        and (query.cursor is None or task.task_id > query.cursor)
    )
    items = list(islice(wanted, query.limit + 1))
    counted = Counter(difference for task in tasks for difference in task.differences)
    return ComparisonRead(
        baseline_id=baseline_id,
        with_baseline_id=query.with_,
        from_revision=before.revision,
        to_revision=after.revision,
        start=comparison.start(before.start, after.start),
        finish=comparison.finish(before.finish, after.finish),
        cost=comparison.money(before.bac, after.bac),
        unassigned_cost=comparison.money(before.unassigned, after.unassigned),
        is_scope_statement_changed=before.scope != after.scope,
        are_success_criteria_changed=then.success_criteria != now.success_criteria if then and now else None,
        deliverables=compared_scope(then.deliverables, now.deliverables) if then and now else None,
        links=compared_scope(then.links, now.links) if then and now else None,
        counts={difference: counted[difference] for difference in Difference},
        items=items[: query.limit],
        next=items[query.limit - 1].task_id if len(items) > query.limit else None,
    )
