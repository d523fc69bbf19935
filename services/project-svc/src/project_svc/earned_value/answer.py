"""Earned value as answers and status reports show it."""

from planning.figure import Figure
from project_svc.earned_value.models import EarnedValueRead, Forecasts, MoneyFigure, ratio_of
from project_svc.earned_value.queries import Standing
from project_svc.projects.reading import ReadProject


def shown(project: ReadProject, standing: Standing) -> EarnedValueRead:
    """The figures on the wire, undefined ones with their reason."""
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
