"""Where a project stands against its approved baseline, in figures."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from contracts.project_events.exceptions import ControlFigures
from contracts.project_events.people import DeliverableStatus
from contracts.values import Money
from contracts.vocabulary import RiskKind, RiskStatus
from planning.written import at_start
from project_svc.baselines.models import BaselineTask
from project_svc.baselines.picture import ends_of
from project_svc.baselines.queries import approved_baseline
from project_svc.calendars.models import hours_of
from project_svc.earned_value.queries import standing_of
from project_svc.projects.reading import ReadProject
from project_svc.records import table_of
from project_svc.registers import DELIVERABLES
from project_svc.risks.models import Risk
from project_svc.schedule.dates import finish_of, worked
from project_svc.schedule.queries import schedule_of

RISKS = table_of(Risk)
BASELINE_TASKS = table_of(BaselineTask)
OVER = (RiskStatus.CLOSED, RiskStatus.OCCURRED)


async def figures_of(project: ReadProject, revision: int) -> ControlFigures:
    """Where the project stands now. Raises Cycle, OutsideTime, Unschedulable (409)."""
    await project.session.flush()
    present = await schedule_of(project)
    schedule = present.schedule
    standing = await standing_of(project, None)
    baseline = await approved_baseline(project.session, project.id)
    planned = {} if baseline is None else await _planned(project, baseline.id)
    currency, figures = project.row.currency, standing.figures
    late = None
    if baseline is not None:
        _, agreed = ends_of(planned.values(), at_start(baseline.figures.start))
        late = worked(present.calendar, agreed, schedule.finish)
    return ControlFigures(
        revision=revision,
        data_date=standing.data_date,
        baseline_id=None if baseline is None else baseline.id,
        baseline_finish=None if baseline is None else baseline.figures.finish,
        finish=finish_of(schedule.finish, project.row.granularity),
        hours_per_day=hours_of(present.calendar.minutes_per_day),
        finish_variance=late,
        bac=Money.of(figures.bac, currency),
        pv=Money.of(figures.pv, currency),
        ev=Money.of(figures.ev, currency),
        ac=Money.of(figures.ac, currency),
        eac=None if figures.eac.value is None else Money.of(figures.eac.value, currency),
        tasks_added=0 if baseline is None else len(schedule.items.keys() - planned.keys()),
        tasks_removed=len(planned.keys() - schedule.items.keys()),
        threats=Money.of(await _threats(project), currency),
        deliverables_rejected=await _rejected(project),
    )


async def _planned(project: ReadProject, baseline_id: UUID) -> dict[UUID, Any]:
    """The tasks of a baseline: their kinds and early dates (instants)."""
    columns = (BASELINE_TASKS.c[name] for name in ("task_id", "kind", "early_start", "early_finish"))
    found = await project.session.execute(select(*columns).where(BASELINE_TASKS.c.baseline_id == baseline_id))
    return {row.task_id: row for row in found}


async def _threats(project: ReadProject) -> Decimal:
    expected = select(func.coalesce(func.sum(RISKS.c.probability * RISKS.c.cost_impact), 0)).where(
        RISKS.c.project_id == project.id, RISKS.c.kind == RiskKind.THREAT, RISKS.c.state.not_in(OVER)
    )
    return Decimal((await project.session.execute(expected)).scalar_one())


async def _rejected(project: ReadProject) -> int:
    table = DELIVERABLES.table
    counted = select(func.count()).where(table.c.project_id == project.id, table.c.state == DeliverableStatus.REJECTED)
    return (await project.session.execute(counted)).scalar_one()
