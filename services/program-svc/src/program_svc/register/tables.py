"""Where the declared records of a program belong."""

from chassis.register.tables import Home, record_of, row_of
from program_svc.tables import METADATA

__all__ = ["HOME", "NAMED", "record_of", "row_of"]

NAMED = {
    "issue_id": "issues",
    "risk_id": "risks",
    "superseded_by_id": "decisions",
    "scenario_id": "scenarios",
    "benefit_id": "benefits",
    "stakeholder_id": "stakeholders",
    "status_report_id": "status_reports",
}
"""Fields that name another record of the same program, and the table where it is."""
HOME = Home(METADATA, key="program_id", table="programs", named=NAMED)
