"""A portfolio at a glance: its programs and those of the portfolios below it, as far as the caller sees them."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

import planning
from chassis import authority
from chassis.identity import Identity
from chassis.statements import Record, fetch
from contracts.values import Day, Duration, Id, Key, Name, Shape
from contracts.vocabulary import ProgramStatus

_BELOW = """
    WITH RECURSIVE below AS (
        SELECT id FROM portfolios WHERE id = $1
        UNION SELECT portfolios.id FROM portfolios JOIN below ON portfolios.parent_id = below.id
    )
    SELECT programs.id, programs.portfolio_id, programs.key, programs.name, programs.state, programs.deadline,
           (SELECT max(early_finish) FROM program_schedule AS rows WHERE rows.program_id = programs.id) AS finish,
           (SELECT count(*) FROM components WHERE components.program_id = programs.id) AS projects,
           (SELECT count(*) FROM exceptions WHERE exceptions.program_id = programs.id AND exceptions.state <> 'closed') AS exceptions,
           judged.breached, judged.at_risk, judged.least, judged.least_day
    FROM programs JOIN below ON below.id = programs.portfolio_id,
    LATERAL (
        SELECT count(*) FILTER (WHERE state = 'breached') AS breached, count(*) FILTER (WHERE state = 'at_risk') AS at_risk,
               min(margin) AS least, (array_agg(receiver_minutes_per_day ORDER BY margin))[1] AS least_day
        FROM dependencies WHERE program_id = programs.id AND state IN ('committed', 'at_risk', 'breached') AND margin IS NOT NULL
    ) AS judged
    ORDER BY programs.key, programs.id
"""


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
    """The programs that the caller sees, by key; ``hidden_count`` others are there, too."""

    portfolio_id: Id
    programs: list[ProgramGlance]
    late: int
    breached: int
    hidden_count: int


async def overview_of(session: AsyncSession, identity: Identity, portfolio_id: UUID) -> PortfolioOverview:
    """The portfolio with everything below it."""
    rows = await fetch(session, _BELOW, portfolio_id)
    seen = [_glance(row) for row in rows if authority.sees_program(identity, row["id"])]
    return PortfolioOverview(
        portfolio_id=portfolio_id,
        programs=seen,
        late=sum(each.is_late for each in seen),
        breached=sum(each.breached for each in seen),
        hidden_count=len(rows) - len(seen),
    )


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
