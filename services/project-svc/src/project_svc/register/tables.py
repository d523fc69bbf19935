"""Where the declared records of a project belong."""

from chassis.register.tables import Home, record_of, row_of
from project_svc.records import METADATA

__all__ = ["HOME", "NAMED", "record_of", "row_of"]

NAMED = {
    "task_id": "tasks",
    "risk_id": "risks",
    "issue_id": "issues",
    "decision_id": "decisions",
    "superseded_by_id": "decisions",
    "phase_id": "phases",
    "baseline_id": "baselines",
    "change_request_id": "change_requests",
}
"""Fields that name another record of the same project, and the table where it is."""
HOME = Home(METADATA, key="project_id", table="projects", named=NAMED)
