"""The networks that reading requests of this process found last: the next one reads again only what has changed since.

A network is known to be up to date by the transaction that last wrote the program's row, as everything does that changes its facts; which
projects have changed, by those that last wrote theirs. These are read before the facts are: a change in between makes the next
read look again.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from uuid import UUID
from weakref import WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.statements import fetch, fetch_row
from program_svc.network.calendars import Calendars
from program_svc.network.compute import Network
from program_svc.network.facts import Facts, deadline_of, facts_of, facts_of_projects, live_dependencies
from program_svc.network.queries import computed
from program_svc.programs.models import Program

MOST_TASKS = 200_000
"""Of all networks remembered: some hundred megabytes."""
MANY_TASKS = 2_000
"""From so many on a network is computed beside the event loop."""

# A rebuild puts another table in the place of the projects': what was recalled of the one before says nothing.
_WRITTEN = "SELECT xmin::text || ' ' || 'known_projects'::regclass::oid AS written FROM programs WHERE id = $1"
_PROJECTS_WRITTEN = """
    SELECT known.id, known.xmin::text || ' ' || known.tableoid FROM components JOIN known_projects AS known ON known.id = components.project_id
    WHERE components.program_id = $1
"""


@dataclass(frozen=True, slots=True)
class _Recalled:
    """A network, and the transactions that had last written the program and each of its projects before its facts were read."""

    written: str
    projects: Mapping[UUID, str]
    network: Network


class Recall:
    """The networks remembered, the least recently used first; `most_tasks` of them all together, and one at least."""

    def __init__(self, most_tasks: int = MOST_TASKS) -> None:
        self._most_tasks = most_tasks
        self._known: OrderedDict[UUID, _Recalled] = OrderedDict()
        self._reading: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def network_of(self, session: AsyncSession, program: Program) -> Network:
        """The program's network as this transaction sees it; its facts belong to no session. Raises Unschedulable."""
        await session.flush()
        lock = self._reading.setdefault(program.id, asyncio.Lock())
        async with lock:  # who comes second finds what the first one read
            row = await fetch_row(session, _WRITTEN, program.id)
            written = "" if row is None else row["written"]
            known = self._known.get(program.id)
            if known is None or known.written != written:
                known = await _read(session, program, written, known)
                self._keep(program.id, known)
            self._known.move_to_end(program.id)
        return known.network

    def _keep(self, program_id: UUID, recalled: _Recalled) -> None:
        self._known[program_id] = recalled
        tasks = sum(len(each.network.facts.tasks) for each in self._known.values())
        while tasks > self._most_tasks and len(self._known) > 1:
            _, forgotten = self._known.popitem(last=False)
            tasks -= len(forgotten.network.facts.tasks)


RECALL = Recall()
"""This process's."""


async def recalled_network(session: AsyncSession, program: Program) -> Network:
    """See `Recall.network_of`."""
    return await RECALL.network_of(session, program)


async def _read(session: AsyncSession, program: Program, written: str, known: _Recalled | None) -> _Recalled:
    projects = {row[0]: row[1] for row in await fetch(session, _PROJECTS_WRITTEN, program.id)}
    kept = set() if known is None else {id_ for id_, by in projects.items() if known.projects.get(id_) == by}
    if known is None or not kept:
        facts = await facts_of(session, program)
    else:
        facts = await _gone_on(session, program, known.network.facts, projects, kept)
    for dependency in facts.dependencies:
        if dependency in session:
            session.expunge(dependency)
    is_small = len(facts.tasks) < MANY_TASKS
    compute = partial(computed, facts, project_float=True)
    network = compute() if is_small else await asyncio.to_thread(compute)
    return _Recalled(written, projects, network)


async def _gone_on(
    session: AsyncSession, program: Program, old: Facts, project_ids: Collection[UUID], unchanged: Collection[UUID]
) -> Facts:
    """The program's facts: of the projects that are unchanged those that are known, the others read now. In the order of ids."""
    new = await facts_of_projects(session, [id_ for id_ in project_ids if id_ not in unchanged])
    projects = {id_: row for id_, row in old.projects.items() if id_ in unchanged} | dict(new.projects)
    calendars = Calendars(
        {id_: each for id_, each in old.calendars.of_projects.items() if id_ in unchanged}
        | dict(new.calendars.of_projects)
    )
    tasks = {id_: task for id_, task in old.tasks.items() if task.project_id in unchanged} | dict(new.tasks)
    links = [link for link in old.links if old.tasks[link.predecessor_id].project_id in unchanged]
    return Facts(
        deadline=deadline_of(program.deadline, projects, calendars),
        projects=dict(sorted(projects.items(), key=_id_first)),
        tasks=dict(sorted(tasks.items(), key=_id_first)),
        links=sorted([*links, *new.links], key=lambda link: link.id.int),
        dependencies=await live_dependencies(session, program.id),
        calendars=calendars,
    )


def _id_first(item: tuple[UUID, object]) -> int:
    return item[0].int
