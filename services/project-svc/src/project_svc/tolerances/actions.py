"""Raising exceptions: by somebody, or by the system as soon as a tolerance is forecast to be exceeded."""

from sqlalchemy import select

from chassis.problem import Conflict
from contracts.project_events.control import Tolerances
from contracts.project_events.exceptions import ControlFigures, Dimension, ExceptionState, ExceptionStatus
from project_svc.projects.locked import LockedProject
from project_svc.projects.reading import ReadProject
from project_svc.register.actions import Entry, create
from project_svc.tolerances.models import EXCEPTIONS, ExceptionCreate, ExceptionRaised, Standing
from project_svc.tolerances.standing import figures_of, standings


class WithinTolerance(Conflict):
    """Nothing that is forecast exceeds what was agreed on, so there is no exception."""

    slug, title = "within-tolerance", "The tolerance holds"


async def raise_exception(project: LockedProject, body: ExceptionCreate) -> Entry[ExceptionState]:
    """Freeze the figures into a new exception. Raises WithinTolerance; benefits are left to people's judgement."""
    figures, found = await _standings(project)
    standing = next(each for each in found if each.dimension is body.dimension)
    if not standing.is_exceeded and body.dimension is not Dimension.BENEFITS:
        told = standing.forecast or "nothing can be forecast"
        raise WithinTolerance(f"{body.dimension}: tolerance {standing.tolerance or 'none'}, forecast {told}.")
    return await create(project, EXCEPTIONS, _raised(body, standing, figures, is_drafted=False))


async def draft_exceptions(project: LockedProject) -> None:
    """Raise an exception for each tolerance that is now forecast to be exceeded, unless there is one that is not closed.

    The last thing of a write that changed the project. Projects without tolerances pay nothing for it.
    """
    if not any(name != "benefits" for name in project.row.tolerances):
        return
    figures, found = await _standings(project)
    exceeded = [standing for standing in found if standing.is_exceeded]
    if not exceeded:
        return
    table = EXCEPTIONS.table
    pending = select(table.c.dimension).where(table.c.project_id == project.id, table.c.state != ExceptionStatus.CLOSED)
    known = set((await project.session.execute(pending)).scalars())
    for standing in exceeded:
        if standing.dimension not in known:
            body = ExceptionCreate(dimension=standing.dimension)
            await create(project, EXCEPTIONS, _raised(body, standing, figures, is_drafted=True))


async def _standings(project: LockedProject) -> tuple[ControlFigures, list[Standing]]:
    figures = await figures_of(ReadProject(project.session, project.row), project.revision)
    return figures, list(standings(Tolerances.model_validate(project.row.tolerances), figures))


def _raised(body: ExceptionCreate, standing: Standing, figures: ControlFigures, *, is_drafted: bool) -> ExceptionRaised:
    forecast, tolerance = standing.forecast or "", standing.tolerance or ""
    return ExceptionRaised(
        title=body.title or f"{standing.dimension.capitalize()}: {forecast} forecast, {tolerance} tolerated"[:200],
        cause=body.cause,
        consequences=body.consequences,
        options=body.options,
        recommendation=body.recommendation,
        owner=body.owner,
        external_ref=body.external_ref,
        dimension=standing.dimension,
        is_drafted=is_drafted,
        tolerance=tolerance,
        forecast=forecast,
        figures=figures,
    )
