"""The assessment of a project's risks on the wire."""

from contracts.project_events.control import RiskMatrix
from contracts.values import Day, Duration, Id, Money, Name, Shape
from contracts.vocabulary import RiskKind
from project_svc.assessment.scores import Band


class RiskScore(Shape):
    """Where a risk lies in the matrix."""

    probability_level: int
    impact_level: int
    """The higher one of what it costs and what it delays."""
    score: int
    band: Band


class AssessedRisk(Shape):
    """An open risk."""

    risk_id: Id
    title: Name
    kind: RiskKind
    escalated: bool
    inherent: RiskScore
    residual: RiskScore | None
    """After its response; null where nothing was said of that."""
    emv: Money
    residual_emv: Money
    """As `emv`, by what the response leaves."""
    total_float: Duration | None
    """Of the task that it threatens; null without one that is in the plan."""
    exposure: Duration
    """Expected delay: probability times what of its impact exceeds the task's float. Opportunities have none."""
    review_on: Day | None
    is_review_due: bool


class MatrixCell(Shape):
    """One cell of the matrix and the risks in it."""

    probability_level: int
    impact_level: int
    score: int
    band: Band
    inherent: list[Id]
    residual: list[Id]
    """Those without residual figures lie where they lie."""


class RiskAssessment(Shape):
    """The open risks of a project, scored by its matrix, the highest score first."""

    project_id: Id
    revision: int
    matrix: RiskMatrix
    budget: Money
    """What the matrix' shares are of."""
    threats: Money
    """The sum of the threats' expected monetary values, negative."""
    opportunities: Money
    residual_threats: Money
    residual_opportunities: Money
    exposure: Duration
    """The sum of the expected delays; tasks in parallel may share them."""
    items: list[AssessedRisk]
    cells: list[MatrixCell]
    """Every cell, rows by probability from the lowest."""
