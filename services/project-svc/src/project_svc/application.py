"""The HTTP application: its routes, and what its constraints mean to a client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from chassis.app import create_app
from chassis.failures import Conflicts
from chassis.health import Health
from chassis.problem import AlreadyExists
from chassis.service import service_app
from chassis.settings import ServiceSettings
from contracts.subjects import BoundaryKind
from project_svc.budgets.routes import router as budgets
from project_svc.calendars.routes import router as calendars
from project_svc.earned_value.routes import router as earned_value
from project_svc.imposed.routes import router as imposed
from project_svc.links.routes import router as links
from project_svc.projects.routes import router as projects
from project_svc.records import IDEMPOTENCY_KEYS
from project_svc.register.routes import RecordInUse, router_of
from project_svc.register.tables import NAMED
from project_svc.registers import ALL
from project_svc.risks.routes import router as risks
from project_svc.schedule.routes import router as schedule
from project_svc.snapshots.routes import router as snapshots
from project_svc.tasks.routes import router as tasks

PACKAGE = "project_svc"
TITLE = "Interlock: projects"
DESCRIPTION = "What belongs to one project: tasks, links, calendars, budget, risks, and its own schedule."
ROUTERS = (
    *(tasks, projects, links, calendars, schedule, budgets, earned_value, risks, imposed, snapshots),
    *(router_of(declared) for declared in ALL),
)
"""The busiest first: routes are tried in this order."""


def _taken(what: str) -> AlreadyExists:
    return AlreadyExists(f"Another record of this kind already has this {what}.")


CONFLICTS: Conflicts = {
    "uq_projects_organization_id_key": lambda: _taken("key"),
    "uq_tasks_wbs_code": lambda: _taken("WBS code"),
    "uq_links_same": lambda: AlreadyExists("There is already a link between these tasks of this type and lag."),
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
            *(each.collection for each in ALL),
        )
    },
    **{
        f"fk_{declared.collection}_{name}": lambda: RecordInUse("Another record of the project names this one.")
        for declared in ALL
        for name in NAMED.keys() & declared.fields.model_fields.keys()
    },
}


def application(settings: ServiceSettings) -> FastAPI:
    """The service's application."""
    return service_app(
        PACKAGE,
        settings,
        title=TITLE,
        description=DESCRIPTION,
        routers=ROUTERS,
        idempotency_keys=IDEMPOTENCY_KEYS,
        own_boundaries=frozenset({BoundaryKind.PROJECT}),
        conflicts=CONFLICTS,
    )


def document() -> dict[str, Any]:
    """The service's OpenAPI document; needs no settings and no database."""

    @asynccontextmanager
    async def nothing(_: FastAPI) -> AsyncIterator[None]:
        yield

    app = create_app(title=TITLE, description=DESCRIPTION, routers=ROUTERS, lifespan=nothing, health=Health())
    return app.openapi()
