"""Simulation: three-point estimates and risk events, the finish and the cost that they make likely, and which tasks decide.

Imported on its own, for it brings numba (planning.kernel): `from planning.simulation import simulate`.
"""

from planning.simulation.estimate import (
    CannotVary,
    Correlation,
    Estimate,
    InvalidCorrelation,
    InvalidEstimate,
    InvalidRisk,
    RiskEvent,
    Shape,
    Uncertainty,
)
from planning.simulation.outcomes import Outcomes, Simulation
from planning.simulation.runs import MOST_TASK_RUNS, MOST_TASKS, RUNS, TooLarge, Watch, simulate
from planning.simulation.watched import Watched

__all__ = [
    "MOST_TASKS",
    "MOST_TASK_RUNS",
    "RUNS",
    "CannotVary",
    "Correlation",
    "Estimate",
    "InvalidCorrelation",
    "InvalidEstimate",
    "InvalidRisk",
    "Outcomes",
    "RiskEvent",
    "Shape",
    "Simulation",
    "TooLarge",
    "Uncertainty",
    "Watch",
    "Watched",
    "simulate",
]
