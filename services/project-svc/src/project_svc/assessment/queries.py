"""The assessment of a project's open risks: scores, expected values, exposure against float."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from sqlmodel import col, func, select

from contracts.project_events.control import RiskMatrix
from contracts.values import Duration, Money
from contracts.vocabulary import RiskKind
from planning.risk import RiskKind as Sign
from planning.risk import emv, schedule_exposure
from project_svc.assessment.models import AssessedRisk, MatrixCell, RiskAssessment, RiskScore
from project_svc.assessment.scores import Scale, band_of, scored
from project_svc.budgets.models import BudgetLine
from project_svc.projects.reading import ReadProject
from project_svc.risks.models import OVER, Risk
from project_svc.schedule.queries import Planned, schedule_of

NOTHING = Decimal(0)


async def assessment_of(project: ReadProject) -> RiskAssessment:
    """The open risks, scored. Raises Cycle, OutsideTime, Unschedulable."""
    matrix = RiskMatrix.model_validate(project.row.risk_matrix)
    budget = await _budget(project)
    scale = Scale(matrix, budget, project.row.minutes_per_day)
    planned = await schedule_of(project)
    rows = await project.session.scalars(
        select(Risk).where(col(Risk.project_id) == project.id, col(Risk.state).not_in(OVER)).order_by(col(Risk.id))
    )
    items = [_assessed(scale, planned, risk) for risk in rows]
    items.sort(key=lambda each: (-each.inherent.score, str(each.risk_id)))

    def total(kind: RiskKind, name: str) -> Money:
        amounts = (getattr(each, name).amount for each in items if each.kind is kind)
        return Money.of(sum(amounts, NOTHING), project.row.currency)

    day = project.row.minutes_per_day
    return RiskAssessment(
        project_id=project.id,
        revision=project.row.revision,
        matrix=matrix,
        budget=Money.of(budget, project.row.currency),
        threats=total(RiskKind.THREAT, "emv"),
        opportunities=total(RiskKind.OPPORTUNITY, "emv"),
        residual_threats=total(RiskKind.THREAT, "residual_emv"),
        residual_opportunities=total(RiskKind.OPPORTUNITY, "residual_emv"),
        exposure=Duration(sum(each.exposure.minutes for each in items), day),
        items=items,
        cells=_cells(matrix, items),
    )


async def _budget(project: ReadProject) -> Decimal:
    lines = select(func.coalesce(func.sum(col(BudgetLine.amount)), 0)).where(col(BudgetLine.project_id) == project.id)
    return Decimal((await project.session.scalars(lines)).one())


def _assessed(scale: Scale, planned: Planned, risk: Risk) -> AssessedRisk:
    item = None if risk.task_id is None else planned.schedule.items.get(risk.task_id)
    day = planned.calendar_of(risk.task_id).minutes_per_day
    exposure = NOTHING
    if item is not None and risk.kind is RiskKind.THREAT:
        exposure = schedule_exposure(risk.probability, risk.days_impact, item.total_float)
    today = datetime.now(UTC).date()
    return AssessedRisk(
        risk_id=risk.id,
        title=risk.title,
        kind=risk.kind,
        escalated=risk.escalated,
        inherent=_score(scale, risk.probability, risk.cost_impact, risk.days_impact),
        residual=_residual(scale, risk),
        emv=Money.of(risk.emv, risk.currency),
        residual_emv=Money.of(_residual_emv(risk), risk.currency),
        total_float=None if item is None else Duration(item.total_float, day),
        exposure=Duration(round(exposure), day),
        review_on=risk.review_on,
        is_review_due=risk.review_on is not None and risk.review_on <= today,
    )


def _residual(scale: Scale, risk: Risk) -> RiskScore | None:
    """What of the risk is left; what was not said of it stays as it is."""
    said = (risk.residual_probability, risk.residual_cost_impact, risk.residual_days_impact)
    if all(each is None for each in said):
        return None
    probability, cost, delay = said
    return _score(
        scale,
        risk.probability if probability is None else probability,
        risk.cost_impact if cost is None else cost,
        risk.days_impact if delay is None else delay,
    )


def _residual_emv(risk: Risk) -> Decimal:
    probability = risk.probability if risk.residual_probability is None else risk.residual_probability
    cost = risk.cost_impact if risk.residual_cost_impact is None else risk.residual_cost_impact
    if not 0 < probability < 1:  # a response may do away with a risk altogether
        return -cost * probability if risk.kind is RiskKind.THREAT else cost * probability
    return emv(Sign(risk.kind), probability, cost)


def _score(scale: Scale, probability: Decimal, cost: Decimal, delay: int) -> RiskScore:
    found = scored(scale, probability, cost, delay)
    return RiskScore(
        probability_level=found.probability_level, impact_level=found.impact_level, score=found.score, band=found.band
    )


def _cells(matrix: RiskMatrix, items: Sequence[AssessedRisk]) -> list[MatrixCell]:
    rows = len(matrix.probability_limits) + 1
    columns = max(len(matrix.cost_limits), len(matrix.delay_limits)) + 1
    cells = []
    for likely in range(1, rows + 1):
        for impact in range(1, columns + 1):
            score = likely * impact
            place = (likely, impact)
            cells.append(
                MatrixCell(
                    probability_level=likely,
                    impact_level=impact,
                    score=score,
                    band=band_of(matrix, score),
                    inherent=[each.risk_id for each in items if _place(each.inherent) == place],
                    residual=[each.risk_id for each in items if _place(each.residual or each.inherent) == place],
                )
            )
    return cells


def _place(score: RiskScore) -> tuple[int, int]:
    return score.probability_level, score.impact_level
