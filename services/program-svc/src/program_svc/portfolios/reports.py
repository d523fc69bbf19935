"""Status reports on a portfolio: the figures of its programs and projects, and of those below it, as they stood."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from chassis.problem import NotFound, invalid
from contracts.program_events.portfolios import PortfolioReportCreated, PortfolioReportState
from contracts.project_events.reports import Lights, StatusReportFields
from pictures.reporting import LISTED, extent
from program_svc.boundaries import LockedStrategy
from program_svc.components.models import Component
from program_svc.goals.queries import goal_tree
from program_svc.network.queries import Unschedulable
from program_svc.portfolio_projects.glances import frozen_figures
from program_svc.portfolio_projects.models import PortfolioProject
from program_svc.portfolios.actions import the_portfolio
from program_svc.portfolios.models import state_of
from program_svc.portfolios.outlines import Outlines
from program_svc.portfolios.overview import glances_of, portfolios_below
from program_svc.programs.models import Program
from program_svc.reports.content import MOST_LISTED, figures_of
from program_svc.reports.outlines import tree_of
from program_svc.tables import Record

SHOWN = ("schedule", "earned_value", "dependencies", "risks", "issues")
"""What a portfolio's report takes over of a program's."""


class PortfolioReport(Record, table=True):
    """One row a report. The database refuses to change it."""

    __tablename__ = "portfolio_reports"

    portfolio_id: UUID = Field(foreign_key="portfolios.id", ondelete="CASCADE", index=True)
    title: str
    starts_on: date
    ends_on: date
    achievements: str
    next_steps: str
    lights: dict[str, Any] = Field(sa_type=JSONB)
    content: dict[str, Any] = Field(sa_type=JSONB)
    content_hash: str = Field(sa_type=sa.String)
    published_by: str


async def publish_portfolio_report(
    session: AsyncSession, locked: LockedStrategy, portfolio_id: UUID, told: StatusReportFields, by: str
) -> PortfolioReport:
    """Freeze the figures of the portfolio's programs beside what people say. Raises NotFound and InvalidRequest."""
    if told.ends_on < told.starts_on:
        raise invalid("/ends_on", "ends_before_it_starts", "The period would end before it begins.")
    content = await _content(session, portfolio_id)
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    report = PortfolioReport(
        organization_id=locked.organization_id,
        revision=locked.revision,
        portfolio_id=portfolio_id,
        title=told.title,
        starts_on=told.starts_on,
        ends_on=told.ends_on,
        achievements=told.achievements,
        next_steps=told.next_steps,
        lights=told.lights.model_dump(mode="json"),
        content=content,
        content_hash=f"sha-256:{digest}",
        published_by=by,
    )
    session.add(report)
    await session.flush()
    locked.record(PortfolioReportCreated.of(report_state(report)))
    return report


async def the_report(session: AsyncSession, portfolio_id: UUID, report_id: UUID) -> PortfolioReport:
    """A report on this portfolio. Raises NotFound."""
    report = await session.get(PortfolioReport, report_id)
    if report is None or report.portfolio_id != portfolio_id:
        raise NotFound(f"There is no status report {report_id} on this portfolio.")
    return report


def report_state(report: PortfolioReport) -> PortfolioReportState:
    """The report as it goes over the wire, without its figures."""
    names = PortfolioReportState.model_fields.keys() - {"lights"}
    return PortfolioReportState(
        **{name: getattr(report, name) for name in names}, lights=Lights.model_validate(report.lights)
    )


async def _content(session: AsyncSession, portfolio_id: UUID) -> dict[str, Any]:
    portfolio = await the_portfolio(session, portfolio_id)
    below = await portfolios_below(session, portfolio_id)
    found = select(Program).where(col(Program.portfolio_id).in_(below)).order_by(col(Program.key), col(Program.id))
    programs = list(await session.scalars(found))
    glances = await glances_of(session, [program.id for program in programs])
    outside = select(col(PortfolioProject.project_id), col(PortfolioProject.portfolio_id))
    found_outside = await session.execute(outside.where(col(PortfolioProject.portfolio_id).in_(below)))
    members = {row.project_id: row.portfolio_id for row in found_outside}
    outlines = Outlines()
    tree = await _tree(session, [program.id for program in programs], members)
    return {
        "portfolio": state_of(portfolio).model_dump(mode="json"),
        "programs": [
            glances[program.id].model_dump(mode="json") | await _figures(session, program, outlines)
            for program in programs
        ],
        "projects": await frozen_figures(session, members),
        "tree": tree[: MOST_LISTED["tree"]],
        LISTED: {"tree": extent(tree[: MOST_LISTED["tree"]], len(tree))},
        "outlines": outlines.summed(),
    }


async def _figures(session: AsyncSession, program: Program, outlines: Outlines) -> dict[str, Any]:
    """The program's figures; of one that cannot be scheduled the reason in their place."""
    try:
        figures = await figures_of(session, program)
    except Unschedulable as problem:
        return {"unschedulable": problem.detail}
    outlines.add(figures)
    return {name: figures.content[name] for name in SHOWN}


async def _tree(session: AsyncSession, program_ids: Sequence[UUID], outside: Collection[UUID]) -> list[dict[str, Any]]:
    components = select(col(Component.project_id)).where(col(Component.program_id).in_(program_ids))
    project_ids = [*await session.scalars(components), *outside]
    return await tree_of(session, await goal_tree(session), program_ids, project_ids)
