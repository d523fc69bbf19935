"""What can happen to a project."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.identity import Identity
from chassis.patch import changes_of
from chassis.problem import Conflict
from contracts.project_events import ProjectCreated, ProjectDeleted, ProjectUpdated
from contracts.values import ExternalRef
from contracts.vocabulary import ProjectStatus
from project_svc.calendars.days import calendar_of, spread_days
from project_svc.projects.conditions import check_conditions
from project_svc.projects.locked import LockedProject
from project_svc.projects.models import RUNNING, STEPS, Project, ProjectClosed, ProjectCreate, ProjectUpdate
from project_svc.records import new_id, now

SCHEDULED_FROM = frozenset({"start", "data_date", "calendar_id", "progress_logic"})
"""Fields that early dates are computed from."""
TAKEN: Mapping[str, Callable[[Project, Any], None]] = {
    "tolerances": Project.tolerate,
    "risk_matrix": Project.rate_by,
    "management_reserve": Project.reserve,
    "critical_float": Project.call_critical,
}
"""Fields that are kept in another form than they are sent in."""
FIRST_REVISION = 1


async def create_project(
    session: AsyncSession, identity: Identity, body: ProjectCreate, *, is_preview: bool
) -> LockedProject:
    """A new project, proposed, at revision 1. Raises AlreadyExists (409) if the key is taken."""
    created_at = now()
    row = Project(
        id=new_id(),
        organization_id=identity.organization_id,
        external_source=body.external_ref.source if body.external_ref else None,
        external_id=body.external_ref.id if body.external_ref else None,
        key=body.key,
        name=body.name,
        purpose=body.purpose,
        scope=body.scope,
        success_criteria=body.success_criteria,
        manager=body.manager,
        sponsor=body.sponsor,
        state=ProjectStatus.PROPOSED,
        granularity=body.granularity,
        currency=body.currency,
        start=body.start,
        deadline=body.deadline,
        data_date=body.data_date,
        progress_logic=body.progress_logic,
        revision=FIRST_REVISION,
        created_at=created_at,
        updated_at=created_at,
    )
    row.tolerate(body.tolerances)
    row.risk_matrix = body.risk_matrix.model_dump(mode="json")
    row.reserve(body.management_reserve)
    row.call_critical(body.critical_float)
    row.check()
    session.add(row)
    await session.flush()
    project = LockedProject(session, row, is_preview=is_preview)
    project.record(ProjectCreated.of(row.wire()))
    return project


async def update_project(project: LockedProject, body: ProjectUpdate) -> None:
    """Change a project's own fields. A closed or cancelled one takes no change (ProjectClosed).

    Steps follow its states (IllegalStep) and their conditions (ConditionsUnmet). Raises NotFound for an unknown calendar.
    """
    row = project.row
    before = row.wire()
    changes = changes_of(body)
    if "state" in changes:
        row.step(changes.pop("state"))
        if row.state is not before.state:
            with project.session.no_autoflush:
                await check_conditions(project, row.state)
    if changes and not STEPS[before.state]:
        raise ProjectClosed(f"The project is {before.state}: nothing in it changes any more.")
    for name, take in TAKEN.items():
        if name in changes:
            take(row, changes.pop(name))
    if changes.get("calendar_id") is not None:
        await calendar_of(project, changes["calendar_id"])
    for name, value in changes.items():
        setattr(row, name, value)
    row.check()
    if row.calendar_id != before.calendar_id:
        await spread_days(project)
    changed = project.changed(row, before, ProjectUpdated)
    if changed & SCHEDULED_FROM:
        project.disturb()
    if "deadline" in changed:
        project.relimit()
        project.has_other_limits = True


def name_project(project: LockedProject, name: ExternalRef) -> None:
    """Say what a project is called where its plan comes from, so that it is found the next time."""
    before = project.row.wire()
    project.row.external_source, project.row.external_id = name.source, name.id
    project.changed(project.row, before, ProjectUpdated)


async def delete_project(project: LockedProject) -> None:
    """Remove a project with all its content. Raises Conflict while it is running."""
    if project.row.state in RUNNING:
        raise Conflict(f"A project that is {project.row.state} cannot be deleted; close or cancel it.")
    project.record(ProjectDeleted.of(project.row.wire()))
    await project.session.delete(project.row)
    await project.session.flush()
