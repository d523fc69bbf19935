"""The HTTP application: its routes, and what its constraints mean to a client."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from chassis.app import create_app
from chassis.failures import Conflicts
from chassis.health import Health
from chassis.problem import AlreadyExists, Problem
from chassis.service import service_app
from chassis.settings import ServiceSettings
from contracts.subjects import BoundaryKind
from program_svc.alignments.routes import router as alignments
from program_svc.components.models import AlreadyComponent
from program_svc.components.routes import router as components
from program_svc.dependencies.routes import router as dependencies
from program_svc.dependencies.steps import router as dependency_steps
from program_svc.goals.routes import router as goals
from program_svc.key_results.routes import router as key_results
from program_svc.network.routes import router as network
from program_svc.programs.routes import router as programs
from program_svc.rollups.routes import router as rollups
from program_svc.snapshots.routes import router as snapshots
from program_svc.tables import IDEMPOTENCY_KEYS
from program_svc.waiting import LATE, WAITING

PACKAGE = "program_svc"
TITLE = "Interlock: programs"
DESCRIPTION = (
    "What lies between projects: programs, the dependencies that join their projects, goals and what serves them."
)
ROUTERS = (
    network,
    programs,
    components,
    dependencies,
    dependency_steps,
    rollups,
    goals,
    key_results,
    alignments,
    snapshots,
)


def _taken(what: str) -> Callable[[], Problem]:
    return lambda: AlreadyExists(f"Another record of this kind already has this {what}.")


CONFLICTS: Conflicts = {
    "uq_programs_organization_id_key": _taken("key"),
    "uq_components_organization_id_project_id": lambda: AlreadyComponent(
        "The project is a component of another program."
    ),
    "uq_dependencies_live": _taken("pair of ends and type"),
    "uq_alignments_goal_id_project_id_milestone_task_id": _taken("goal, project and milestone"),
    **{
        f"uq_{table}_organization_id_external_source_external_id": _taken("external reference")
        for table in ("programs", "dependencies", "goals", "key_results", "check_ins", "alignments")
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
        dependencies=[WAITING],
        answers=LATE,
        idempotency_keys=IDEMPOTENCY_KEYS,
        own_boundaries=frozenset({BoundaryKind.PROGRAM, BoundaryKind.STRATEGY}),
        conflicts=CONFLICTS,
    )


def document() -> dict[str, Any]:
    """The service's OpenAPI document; needs no settings and no database."""

    @asynccontextmanager
    async def nothing(_: FastAPI) -> AsyncIterator[None]:
        yield

    app = create_app(
        title=TITLE,
        description=DESCRIPTION,
        routers=ROUTERS,
        lifespan=nothing,
        health=Health(),
        dependencies=[WAITING],
        answers=LATE,
    )
    return app.openapi()
