"""The HTTP application and its routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from chassis.app import create_app
from chassis.health import Health
from chassis.service import service_app
from chassis.settings import ServiceSettings
from contracts.subjects import BoundaryKind
from project_svc.assessment.routes import router as assessment
from project_svc.assignments.routes import router as assignments
from project_svc.baselines.routes import router as baselines
from project_svc.batch.routes import router as batch
from project_svc.budgets.routes import router as budgets
from project_svc.calendars.routes import router as calendars
from project_svc.change_requests.routes import router as change_requests
from project_svc.comments.routes import router as comments
from project_svc.commitments.routes import router as commitments
from project_svc.conflicts import CONFLICTS
from project_svc.earned_value.routes import router as earned_value
from project_svc.exports.routes import router as exports
from project_svc.imports.routes import router as imports
from project_svc.imposed.routes import router as imposed
from project_svc.jobs.routes import router as jobs
from project_svc.levelling.routes import router as levelling
from project_svc.links.routes import router as links
from project_svc.outside_links.routes import router as outside_links
from project_svc.projects.routes import router as projects
from project_svc.quality.routes import router as quality
from project_svc.register.routes import router_of
from project_svc.registers import ALL
from project_svc.resources.routes import router as resources
from project_svc.risks.routes import router as risks
from project_svc.schedule.routes import router as schedule
from project_svc.shared_calendars.routes import router as shared_calendars
from project_svc.simulations.routes import router as simulations
from project_svc.snapshots.routes import router as snapshots
from project_svc.status_reports.routes import router as status_reports
from project_svc.tasks.routes import router as tasks
from project_svc.tolerances.routes import router as tolerances
from project_svc.work_list.routes import router as work_list

PACKAGE = "project_svc"
TITLE = "Interlock: projects"
DESCRIPTION = "What belongs to one project: tasks, links, calendars, budget, risks, and its own schedule."
ROUTERS = (
    *(tasks, projects, links, calendars, schedule, budgets, earned_value, risks, imposed, snapshots),
    *(resources, assignments, commitments, batch, baselines, change_requests, tolerances),
    *(comments, work_list, status_reports, shared_calendars),
    *(jobs, simulations, levelling, quality, assessment, imports, exports, outside_links),
    *(router_of(declared) for declared in ALL),
)
"""The busiest first: routes are tried in this order."""


def application(settings: ServiceSettings) -> FastAPI:
    """The service's application."""
    return service_app(
        PACKAGE,
        settings,
        title=TITLE,
        description=DESCRIPTION,
        routers=ROUTERS,
        own_boundaries=frozenset({BoundaryKind.PROJECT, BoundaryKind.WORK}),
        conflicts=CONFLICTS,
        writes_at_once=True,
    )


def document() -> dict[str, Any]:
    """The service's OpenAPI document; needs no settings and no database."""

    @asynccontextmanager
    async def nothing(_: FastAPI) -> AsyncIterator[None]:
        yield

    app = create_app(title=TITLE, description=DESCRIPTION, routers=ROUTERS, lifespan=nothing, health=Health())
    return app.openapi()
