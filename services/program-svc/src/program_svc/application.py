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
from program_svc.baselines.models import BASELINES
from program_svc.baselines.routes import router as baselines
from program_svc.benefits.models import BENEFITS, MEASUREMENTS
from program_svc.benefits.routes import router as benefits
from program_svc.components.models import AlreadyComponent
from program_svc.components.routes import router as components
from program_svc.dependencies.routes import router as dependencies
from program_svc.dependencies.steps import router as dependency_steps
from program_svc.goals.routes import router as goals
from program_svc.key_results.routes import router as key_results
from program_svc.network.routes import router as network
from program_svc.network.simulate import router as simulation
from program_svc.portfolio_projects.models import AlreadyInPortfolio
from program_svc.portfolio_projects.routes import router as portfolio_projects
from program_svc.portfolio_subscriptions.routes import router as portfolio_subscriptions
from program_svc.portfolios.report_routes import router as portfolio_reports
from program_svc.portfolios.routes import router as portfolios
from program_svc.programs.routes import router as programs
from program_svc.register.routes import RecordInUse, router_of
from program_svc.register.tables import NAMED
from program_svc.registers import ROLLED_UP, WITH_LISTS
from program_svc.reports.models import STATUS_REPORTS
from program_svc.reports.routes import router as reports
from program_svc.rollups.routes import router as rollups
from program_svc.scenarios.models import PROPOSALS, SCENARIOS
from program_svc.scenarios.proposal_routes import router as proposals
from program_svc.scenarios.routes import router as scenarios
from program_svc.sight import redacted
from program_svc.snapshots.routes import router as snapshots
from program_svc.subscriptions.models import SUBSCRIPTIONS
from program_svc.tolerances.models import EXCEPTIONS
from program_svc.tolerances.routes import router as tolerances
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
    simulation,
    scenarios,
    proposals,
    portfolios,
    portfolio_projects,
    portfolio_reports,
    portfolio_subscriptions,
    benefits,
    baselines,
    tolerances,
    reports,
    *(router_of(declared) for declared in (*WITH_LISTS, BENEFITS, SCENARIOS, SUBSCRIPTIONS)),
    *(router_of(declared, has_list=False) for declared in ROLLED_UP),
)


def _taken(what: str) -> Callable[[], Problem]:
    return lambda: AlreadyExists(f"Another record of this kind already has this {what}.")


DECLARED = (
    *WITH_LISTS,
    *ROLLED_UP,
    BENEFITS,
    SCENARIOS,
    PROPOSALS,
    BASELINES,
    EXCEPTIONS,
    STATUS_REPORTS,
    SUBSCRIPTIONS,
)
KEPT = (*(declared.table for declared in DECLARED), MEASUREMENTS)
"""The tables that follow from declarations."""
CONFLICTS: Conflicts = {
    "uq_programs_organization_id_key": _taken("key"),
    "uq_components_organization_id_project_id": lambda: AlreadyComponent(
        "The project is a component of another program."
    ),
    "uq_portfolio_projects_organization_id_project_id": lambda: AlreadyInPortfolio("The project is in a portfolio."),
    "uq_dependencies_live": _taken("pair of ends and type"),
    "uq_alignments_target": _taken("goal, project, milestone, risk and benefit"),
    "fk_alignments_benefit_id": lambda: RecordInUse("An alignment names this benefit."),
    "uq_portfolios_organization_id_key": _taken("key"),
    **{
        f"uq_{table}_organization_id_external_source_external_id": _taken("external reference")
        for table in ("programs", "portfolios", "dependencies", "goals", "key_results", "check_ins", "alignments")
    },
    **{f"uq_{table.name}_external_ref": _taken("external reference") for table in KEPT},
    "uq_portfolio_subscriptions_external_ref": _taken("external reference"),
    **{
        f"fk_{table.name}_{name}": lambda: RecordInUse("Another record of the program names this one.")
        for table in KEPT
        for name in NAMED.keys() & set(table.c.keys())
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
        own_boundaries=frozenset({BoundaryKind.PROGRAM, BoundaryKind.STRATEGY}),
        conflicts=CONFLICTS,
        redact=redacted,
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
