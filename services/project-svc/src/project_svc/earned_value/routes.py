"""`/projects/{project_id}/earned-value`."""

from typing import Annotated

from fastapi import APIRouter, Query

from chassis.problem import NotFound, responses
from chassis.unit_of_work import TransactionRoute
from contracts.values import DayOrMoment
from planning.figure import Figure
from project_svc.earned_value.models import EarnedValueRead, Forecasts, MoneyFigure, ratio_of
from project_svc.earned_value.queries import standing_of
from project_svc.projects.reading import ReadingWhole

router = APIRouter(prefix="/projects/{project_id}", tags=["budget"], route_class=TransactionRoute)

DataDate = Annotated[DayOrMoment | None, Query(description="the project's own data date, else today, if left out")]


@router.get("/earned-value", responses=responses(NotFound))
async def read_earned_value(project: ReadingWhole, data_date: DataDate = None) -> EarnedValueRead:
    """PV, EV, AC, BAC and what follows from them, at one data date, past ones included; by the approved baseline where there is one."""
    standing = await standing_of(project, data_date)
    figures = standing.figures

    def money(value: Figure) -> MoneyFigure:
        return MoneyFigure.of(value, project.row.currency)

    return EarnedValueRead(
        project_id=project.id,
        revision=project.row.revision,
        data_date=standing.data_date,
        baseline_id=standing.baseline_id,
        bac=money(Figure.of(figures.bac)),
        pv=money(Figure.of(figures.pv)),
        ev=money(Figure.of(figures.ev)),
        ac=money(Figure.of(figures.ac)),
        cv=money(Figure.of(figures.cv)),
        sv=money(Figure.of(figures.sv)),
        cpi=ratio_of(figures.cpi),
        spi=ratio_of(figures.spi),
        tcpi=ratio_of(figures.tcpi),
        eac=Forecasts(
            typical=money(figures.eac_typical),
            atypical=money(figures.eac_atypical),
            combined=money(figures.eac_combined),
        ),
        method=figures.method.value,
        etc=money(figures.etc),
        vac=money(figures.vac),
        spi_t=ratio_of(standing.spi_t),
        warnings=list(standing.warnings),
    )
