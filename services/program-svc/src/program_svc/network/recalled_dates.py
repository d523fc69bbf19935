"""The dates of programs as reading requests found them last: of a large one in columns, so that to go on from there costs little.

After a change the project that changed is read again and made a piece of the plan; the others' pieces are copied, and the dates of the
whole are computed from columns. What a request shows of them is all that becomes an object.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

import planning
from chassis import rows
from chassis.statements import fetch_row
from program_svc.dependencies.models import LIVE, Dependency
from program_svc.network.calendars import Calendars, calendars_of
from program_svc.network.compute import Network
from program_svc.network.facts import Facts, deadline_of, facts_of, known_projects
from program_svc.network.inputs import Inputs, Values, inputs_of
from program_svc.network.queries import computed
from program_svc.network.recalled import MANY_TASKS, RECALL, Before, Recall, in_order, recalled_network
from program_svc.programs.models import Program

if TYPE_CHECKING:  # they bring numba
    from program_svc.network.dated import DatedNetwork
    from program_svc.network.joining import Order, Piece

LARGE = MANY_TASKS
"""From so many tasks on a program is read in columns."""

# No more of them are counted than it takes to know.
_SIZE = """
    SELECT count(*) AS size FROM (
        SELECT FROM components JOIN known_tasks ON known_tasks.project_id = components.project_id WHERE program_id = $1 LIMIT $2
    ) AS counted
"""
_SHAPING = (
    *("provider_task_id", "receiver_task_id", "receiver_project_id", "type", "lag", "policy", "state", "committed_at"),
    "accepted",
)
"""What a dependency's part in the dates depends on."""

_NOTHING = Inputs((), ())


@dataclass(frozen=True, slots=True)
class _Found:
    """A program's pieces by project, the order of its tasks, and its dates."""

    pieces: "Mapping[UUID, Piece]"
    order: "Order"
    network: "Network | DatedNetwork"

    @property
    def facts(self) -> Facts:
        return self.network.facts

    @property
    def schedule(self) -> planning.Schedule:
        return self.network.schedule


async def recalled_dates(session: AsyncSession, program: Program) -> "Network | DatedNetwork":
    """The program's dates as this transaction sees its facts, with the floats within its projects. Raises Unschedulable.

    Of a large program in columns, unless one of its dependencies has to give way to a cycle: which one, the whole computation finds.
    """
    if await _is_large(session, program.id):
        return (await DATES.of(session, program)).network
    return await recalled_network(session, program)


async def _is_large(session: AsyncSession, program_id: UUID) -> bool:
    if DATES.last(program_id) is not None:
        return True
    small = RECALL.last(program_id)
    if small is not None and len(small.facts.tasks) < LARGE:
        return False  # it may have grown since, and is large when it is asked for next
    row = await fetch_row(session, _SIZE, program_id, LARGE)
    return row is not None and row["size"] >= LARGE


async def _read_dates(
    session: AsyncSession, program: Program, project_ids: Collection[UUID], before: Before[_Found] | None
) -> _Found:
    known = None if before is None else before.found
    kept = set() if known is None or before is None else known.pieces.keys() & before.unchanged
    new = await known_projects(session, [id_ for id_ in project_ids if id_ not in kept])
    calendars = await calendars_of(session, new)
    inputs = _by_project(await inputs_of(session, new))
    facts = _facts(program, known, kept, new, calendars)
    facts = replace(facts, dependencies=await _shaping(session, program.id))

    def found() -> _Found:
        from program_svc.network.dated import dated
        from program_svc.network.joining import Order, Piece

        pieces = {id_: known.pieces[id_] for id_ in kept} if known is not None else {}
        pieces |= {id_: Piece.of(inputs.get(id_, _NOTHING), row, calendars) for id_, row in new.items()}
        in_turn = [pieces[id_] for id_ in facts.projects]
        order = known.order if known is not None and known.order.is_of(in_turn) else Order.of(in_turn)
        return _Found(pieces, order, dated(facts, in_turn, order))

    try:
        return await asyncio.to_thread(found)
    except (
        planning.PlanError
    ):  # what is wrong, or which dependency has to give way, is for the whole computation to find
        from program_svc.network.joining import Order

        network = computed(await facts_of(session, program), project_float=True)
        return _Found({}, Order.of(()), network)


def _facts(
    program: Program,
    known: _Found | None,
    kept: Collection[UUID],
    new: Mapping[UUID, Row[Any]],
    new_calendars: Calendars,
) -> Facts:
    """The frame of the plan: of the projects that are kept as it is known, of the others as it is new."""
    projects, calendars = dict(new), new_calendars
    if known is not None:
        projects |= {id_: row for id_, row in known.facts.projects.items() if id_ in kept}
        calendars = known.facts.calendars.of_these(kept).and_those(new_calendars)
    deadline = deadline_of(program.deadline, projects, calendars)
    return Facts(deadline, in_order(projects), {}, (), (), calendars)


async def _shaping(session: AsyncSession, program_id: UUID) -> Sequence[Dependency]:
    states = [state.value for state in sorted(LIVE)]
    return await rows.parts(
        session, Dependency, _SHAPING, "program_id = $1 AND state = ANY($2::text[]) ORDER BY id", program_id, states
    )


def _by_project(inputs: Inputs) -> dict[UUID, Inputs]:
    tasks: dict[UUID, list[Values]] = {}
    links: dict[UUID, list[Values]] = {}
    home: dict[UUID, UUID] = {}
    for row in inputs.tasks:
        home[row["id"]] = row["project_id"]
        tasks.setdefault(row["project_id"], []).append(row)
    for row in inputs.links:
        project_id = home.get(row["predecessor_id"])
        if project_id is not None:  # its other end may be no task of the plan, either
            links.setdefault(project_id, []).append(row)
    return {id_: Inputs(of_project, links.get(id_, [])) for id_, of_project in tasks.items()}


DATES = Recall(_read_dates)
"""This process's."""
