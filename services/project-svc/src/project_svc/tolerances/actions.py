"""Raising exceptions: by somebody, or by the system as soon as a tolerance is forecast to be exceeded."""

from decimal import Decimal

from chassis import outbox
from chassis.problem import Conflict
from contracts.project_events.control import Tolerances
from contracts.project_events.exceptions import ControlFigures, Dimension, ExceptionState, ExceptionStatus
from contracts.values import Shape
from project_svc.projects.locked import LockedProject
from project_svc.projects.models import STEPS
from project_svc.projects.reading import ReadProject
from project_svc.register.actions import Entry, all_of, create
from project_svc.tolerances.figures import figures_of
from project_svc.tolerances.measures import Measure, measures
from project_svc.tolerances.models import EXCEPTIONS, ExceptionCreate, ExceptionRaised

DECIDED = frozenset({"state", "decision", "decided_by", "decided_on"})
NOTHING = Decimal(0)
ALL = Decimal("Infinity")
"""More than any forecast; it only ever stands in a comparison."""


class WithinTolerance(Conflict):
    """Nothing that is forecast exceeds what was agreed on, so there is no exception."""

    slug, title = "within-tolerance", "The tolerance holds"


async def raise_exception(project: LockedProject, body: ExceptionCreate) -> Entry[ExceptionState]:
    """Freeze the figures into a new exception. Raises WithinTolerance; benefits are left to people's judgement."""
    figures, found = await _measures(project)
    measure = next(each for each in found if each.dimension is body.dimension)
    if not measure.is_exceeded and body.dimension is not Dimension.BENEFITS:
        shown = measure.shown()
        told = shown.forecast or "nothing can be forecast"
        raise WithinTolerance(f"{body.dimension}: tolerance {shown.tolerance or 'none'}, forecast {told}.")
    return await create(project, EXCEPTIONS, _raised(body, measure, figures, is_drafted=False))


def decides(change: Shape) -> bool:
    """Whether a change of an exception is not its project's manager's to make: what is decided, by whom, and that it is over."""
    return not DECIDED.isdisjoint(change.model_fields_set)


async def draft_exceptions(project: LockedProject) -> None:
    """Raise an exception for each tolerance that is now forecast to be exceeded, unless that is known.

    The last thing of a write that changed the project. Projects without tolerances pay nothing for it.
    """
    if not STEPS[project.row.state] or not any(name != "benefits" for name in project.row.tolerances):
        return
    await outbox.catch_up(project.session)
    figures, found = await _measures(project)
    exceeded = [measure for measure in found if measure.is_exceeded]
    if not exceeded:
        return
    known = await _known(project, figures)
    for measure in exceeded:
        if measure.dimension not in known or known[measure.dimension] < (measure.forecast or 0):
            body = ExceptionCreate(dimension=measure.dimension)
            await create(project, EXCEPTIONS, _raised(body, measure, figures, is_drafted=True))


async def _known(project: LockedProject, figures: ControlFigures) -> dict[Dimension, Decimal]:
    """How much of each dimension has been told already: all, while an exception is not closed; else the worst forecast that was decided on.

    What was decided against another baseline no longer counts.
    """
    known: dict[Dimension, Decimal] = {}
    for exception in await all_of(ReadProject(project.session, project.row), EXCEPTIONS):
        dimension = exception.dimension
        if exception.state is not ExceptionStatus.CLOSED:
            known[dimension] = ALL
        elif exception.figures.baseline_id == figures.baseline_id:
            then = next(each for each in measures(Tolerances(), exception.figures) if each.dimension is dimension)
            known[dimension] = max(known.get(dimension, NOTHING), then.forecast or NOTHING)
    return known


async def _measures(project: LockedProject) -> tuple[ControlFigures, list[Measure]]:
    figures = await figures_of(ReadProject(project.session, project.row), project.revision)
    return figures, list(measures(Tolerances.model_validate(project.row.tolerances), figures))


def _raised(body: ExceptionCreate, measure: Measure, figures: ControlFigures, *, is_drafted: bool) -> ExceptionRaised:
    shown = measure.shown()
    forecast, tolerance = shown.forecast or "", shown.tolerance or ""
    return ExceptionRaised(
        title=body.title or f"{measure.dimension.capitalize()}: {forecast} forecast, {tolerance} tolerated"[:200],
        cause=body.cause,
        consequences=body.consequences,
        options=body.options,
        recommendation=body.recommendation,
        owner=body.owner,
        external_ref=body.external_ref,
        dimension=measure.dimension,
        is_drafted=is_drafted,
        tolerance=tolerance,
        forecast=forecast,
        figures=figures,
    )
