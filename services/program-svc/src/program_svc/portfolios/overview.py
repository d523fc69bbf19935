"""A portfolio at a glance: its programs and projects and those of the portfolios below it, as far as the caller sees them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

import planning
from chassis.identity import Identity
from chassis.paging import Order, PageQuery, page
from chassis.statements import Record, fetch
from contracts.values import Day, Duration, Id, Key, Name, Shape
from contracts.vocabulary import ProgramStatus
from program_svc.portfolio_projects.glances import ProjectGlance
from program_svc.portfolio_projects.glances import glances_of as glances_of_projects
from program_svc.portfolio_projects.models import PortfolioProject
from program_svc.programs.models import Program
from program_svc.replica.models import PROJECTS

_BELOW = """
    WITH RECURSIVE below AS (
        SELECT id FROM portfolios WHERE id = $1
        UNION SELECT portfolios.id FROM portfolios JOIN below ON portfolios.parent_id = below.id
    )
    SELECT id FROM below
"""
# The latest of the ends of its projects, each by one look into the index.
FINISH = """(
    SELECT max(last.early_finish) FROM components, LATERAL (
        SELECT early_finish FROM program_schedule AS rows WHERE rows.program_id = programs.id AND rows.project_id = components.project_id
        ORDER BY early_finish DESC LIMIT 1
    ) AS last WHERE components.program_id = programs.id
)"""
_GLANCES = f"""
    SELECT programs.id, programs.portfolio_id, programs.key, programs.name, programs.state, programs.deadline,
           {FINISH} AS finish,
           (SELECT count(*) FROM components WHERE components.program_id = programs.id) AS projects,
           (SELECT count(*) FROM exceptions WHERE exceptions.program_id = programs.id AND exceptions.state <> 'closed') AS exceptions,
           judged.breached, judged.at_risk, judged.least, judged.least_day
    FROM programs,
    LATERAL (
        SELECT count(*) FILTER (WHERE state = 'breached') AS breached, count(*) FILTER (WHERE state = 'at_risk') AS at_risk,
               min(margin) AS least, (array_agg(receiver_minutes_per_day ORDER BY margin))[1] AS least_day
        FROM dependencies WHERE program_id = programs.id AND state IN ('committed', 'at_risk', 'breached') AND margin IS NOT NULL
    ) AS judged
    WHERE programs.id = ANY($1::uuid[])
"""  # noqa: S608  (a constant)
# A finish at midnight is the end of the day before.
_TOTALS = f"""
    SELECT count(*) AS programs, count(*) FILTER (WHERE is_seen) AS seen, count(*) FILTER (WHERE is_seen AND is_late) AS late,
           coalesce(sum(breached) FILTER (WHERE is_seen), 0)::bigint AS breached
    FROM (
        SELECT $2::uuid[] IS NULL OR programs.id = ANY($2::uuid[]) AS is_seen,
               {FINISH} > (programs.deadline - DATE '1970-01-01' + 1) * 1440 AS is_late,
               (SELECT count(*) FROM dependencies WHERE dependencies.program_id = programs.id AND state = 'breached') AS breached
        FROM programs WHERE programs.portfolio_id = ANY($1::uuid[])
    ) AS below
"""  # noqa: S608  (a constant)
_PROJECTS = """
    SELECT count(*) AS projects, count(*) FILTER (WHERE $2::uuid[] IS NULL OR project_id = ANY($2::uuid[])) AS seen
    FROM portfolio_projects WHERE portfolio_id = ANY($1::uuid[])
"""
_HELD = union_all(
    select(
        literal(True).label("is_program"),
        col(Program.id).label("id"),
        col(Program.portfolio_id).label("portfolio_id"),
        col(Program.key).label("key"),
        col(Program.name).label("name"),
    ),
    select(literal(False), PROJECTS.c.id, col(PortfolioProject.portfolio_id), PROJECTS.c.key, PROJECTS.c.name).join(
        PortfolioProject, col(PortfolioProject.project_id) == PROJECTS.c.id
    ),
).subquery("held")
"""Everything that portfolios hold: programs, and projects outside programs."""
ORDER = Order(columns={"key": _HELD.c.key, "name": _HELD.c.name}, default="key", identity=_HELD.c.id)


class ProgramGlance(Shape):
    """One program of the portfolio."""

    program_id: Id
    portfolio_id: Id
    key: Key
    name: Name
    state: ProgramStatus
    deadline: Day | None
    finish: Day | None
    """By the program's network; null without tasks."""
    is_late: bool
    """Whether it is forecast to be done after its deadline."""
    projects: int
    breached: int
    at_risk: int
    least_margin: Duration | None
    open_exceptions: int


class PortfolioOverview(Shape):
    """A page of the programs, and of the projects outside programs, that the caller sees, each list in the order of keys.

    `late` and `breached` count over all of these programs. ``hidden_count`` others are there, too, programs and projects.
    """

    portfolio_id: Id
    programs: list[ProgramGlance]
    projects: list[ProjectGlance]
    late: int
    breached: int
    hidden_count: int
    next: str | None


async def overview_of(
    session: AsyncSession, identity: Identity, portfolio_id: UUID, query: PageQuery
) -> PortfolioOverview:
    """The portfolio with everything below it."""
    below = await portfolios_below(session, portfolio_id)
    held = select(_HELD).where(_HELD.c.portfolio_id.in_(below))
    if not identity.sees_all:
        held = held.where(_HELD.c.id.in_([*identity.programs, *identity.projects]))
    shown, following = await page(session, held, query, ORDER)
    programs = [each.id for each in shown if each.is_program]
    glances = await glances_of(session, programs)
    seen = (None, None) if identity.sees_all else (list(identity.programs), list(identity.projects))
    [totals] = await fetch(session, _TOTALS, below, seen[0])
    [others] = await fetch(session, _PROJECTS, below, seen[1])
    return PortfolioOverview(
        portfolio_id=portfolio_id,
        programs=[glances[id_] for id_ in programs],
        projects=await glances_of_projects(
            session, {each.id: each.portfolio_id for each in shown if not each.is_program}
        ),
        late=totals["late"],
        breached=totals["breached"],
        hidden_count=totals["programs"] - totals["seen"] + others["projects"] - others["seen"],
        next=following,
    )


async def glances_of(session: AsyncSession, program_ids: Sequence[UUID]) -> dict[UUID, ProgramGlance]:
    """These programs, each at a glance."""
    return {row["id"]: _glance(row) for row in await fetch(session, _GLANCES, list(program_ids))}


async def portfolios_below(session: AsyncSession, portfolio_id: UUID) -> list[UUID]:
    """The portfolio and those below it."""
    return [row["id"] for row in await fetch(session, _BELOW, portfolio_id)]


def _glance(values: Record) -> ProgramGlance:
    finish = None if values["finish"] is None else planning.to_date(values["finish"], finish=True)
    deadline = values["deadline"]
    least = values["least"]
    return ProgramGlance(
        program_id=values["id"],
        portfolio_id=values["portfolio_id"],
        key=values["key"],
        name=values["name"],
        state=ProgramStatus(values["state"]),
        deadline=deadline,
        finish=finish,
        is_late=finish is not None and deadline is not None and finish > deadline,
        projects=values["projects"],
        breached=values["breached"],
        at_risk=values["at_risk"],
        least_margin=None if least is None else Duration(least, values["least_day"]),
        open_exceptions=values["exceptions"],
    )
