"""What the database's constraints mean to a client."""

from chassis.failures import Conflicts
from chassis.problem import AlreadyExists, Conflict
from project_svc.baselines.models import BASELINES
from project_svc.change_requests.models import CHANGE_REQUESTS
from project_svc.comments.models import COMMENTS
from project_svc.outside_links.models import OUTSIDE_LINKS
from project_svc.register.tables import NAMED
from project_svc.registers import ALL
from project_svc.status_reports.models import STATUS_REPORTS
from project_svc.tolerances.models import EXCEPTIONS

KEPT = (*ALL, BASELINES, CHANGE_REQUESTS, EXCEPTIONS, COMMENTS, STATUS_REPORTS, OUTSIDE_LINKS)
"""Every record whose table follows from its declaration."""


class RecordInUse(Conflict):
    """Another record of the project names this one: change or remove that one first."""

    slug, title = "record-in-use", "Another record names this one"


def _taken(what: str) -> AlreadyExists:
    return AlreadyExists(f"Another record of this kind already has this {what}.")


CONFLICTS: Conflicts = {
    "uq_projects_organization_id_key": lambda: _taken("key"),
    "uq_tasks_wbs_code": lambda: _taken("WBS code"),
    "uq_links_same": lambda: AlreadyExists("There is already a link between these tasks of this type and lag."),
    "uq_assignments_same": lambda: AlreadyExists(
        "This resource is at work on this task already: change its assignment."
    ),
    **{
        f"uq_{table}_external_ref": lambda: _taken("external reference")
        for table in (
            "projects",
            "tasks",
            "links",
            "calendars",
            "budget_lines",
            "actuals",
            "risks",
            "resources",
            "assignments",
            "commitments",
            "shared_calendars",
            *(each.collection for each in KEPT),
        )
    },
    **{
        f"fk_{declared.collection}_{name}": lambda: RecordInUse("Another record of the project names this one.")
        for declared in KEPT
        for name in NAMED.keys() & declared.fields.model_fields.keys()
    },
}
