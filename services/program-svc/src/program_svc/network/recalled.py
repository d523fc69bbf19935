"""What reading requests of this process found of programs last: the next one reads again only what has changed since.

It is known to be up to date by the transaction that last wrote the program's row, as everything does that changes its facts; which
projects have changed, by those that last wrote theirs. These are read before the facts are: a change in between makes the next
read look again.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.statements import fetch, fetch_row
from program_svc.network.compute import Network, Scheduled
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

FoundT = TypeVar("FoundT", bound=Scheduled)
Found_co = TypeVar("Found_co", bound=Scheduled, covariant=True)


@dataclass(frozen=True, slots=True)
class Before(Generic[Found_co]):
    """What was found before, and of which projects it still says what is so."""

    found: Found_co
    unchanged: Collection[UUID]


class Reading(Protocol[FoundT]):
    """Reads a program of these projects, from what was found before where that holds. Raises Unschedulable."""

    async def __call__(
        self, session: AsyncSession, program: Program, project_ids: Collection[UUID], before: Before[FoundT] | None, /
    ) -> FoundT:
        """What is found belongs to no session."""
        ...


@dataclass(frozen=True, slots=True)
class _Recalled(Generic[FoundT]):
    """What was found, and the transactions that had last written the program and each of its projects before its facts were read."""

    written: str
    projects: Mapping[UUID, str]
    found: FoundT


class Recall(Generic[FoundT]):
    """The programs remembered, the least recently used first; `most_tasks` of them all together, and one at least."""

    def __init__(self, read: Reading[FoundT], most_tasks: int = MOST_TASKS) -> None:
        self._read = read
        self._most_tasks = most_tasks
        self._known: OrderedDict[UUID, _Recalled[FoundT]] = OrderedDict()
        self._reading: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def of(self, session: AsyncSession, program: Program) -> FoundT:
        """The program as this transaction sees it. Raises Unschedulable."""
        await session.flush()
        lock = self._reading.setdefault(program.id, asyncio.Lock())
        async with lock:  # who comes second finds what the first one read
            row = await fetch_row(session, _WRITTEN, program.id)
            written = "" if row is None else row["written"]
            known = self._known.get(program.id)
            if known is None or known.written != written:
                projects = {row[0]: row[1] for row in await fetch(session, _PROJECTS_WRITTEN, program.id)}
                before = None if known is None else Before(known.found, _unchanged(known.projects, projects))
                known = _Recalled(written, projects, await self._read(session, program, projects.keys(), before))
                self._keep(program.id, known)
            self._known.move_to_end(program.id)
        return known.found

    def last(self, program_id: UUID) -> FoundT | None:
        """What was found last, up to date or not."""
        known = self._known.get(program_id)
        return None if known is None else known.found

    def _keep(self, program_id: UUID, recalled: _Recalled[FoundT]) -> None:
        self._known[program_id] = recalled
        tasks = sum(len(each.found.facts.tasks) for each in self._known.values())
        while tasks > self._most_tasks and len(self._known) > 1:
            _, forgotten = self._known.popitem(last=False)
            tasks -= len(forgotten.found.facts.tasks)


def _unchanged(known: Mapping[UUID, str], now: Mapping[UUID, str]) -> set[UUID]:
    return {id_ for id_, by in now.items() if known.get(id_) == by}


async def _read_network(
    session: AsyncSession, program: Program, project_ids: Collection[UUID], before: Before[Network] | None
) -> Network:
    if before is None or not before.unchanged:
        facts = await facts_of(session, program)
    else:
        facts = await _gone_on(session, program, before.found.facts, project_ids, before.unchanged)
    for dependency in facts.dependencies:
        if dependency in session:
            session.expunge(dependency)
    computing = partial(computed, facts, project_float=True)
    return computing() if len(facts.tasks) < MANY_TASKS else await asyncio.to_thread(computing)


async def _gone_on(
    session: AsyncSession, program: Program, old: Facts, project_ids: Collection[UUID], unchanged: Collection[UUID]
) -> Facts:
    """The program's facts: of the projects that are unchanged those that are known, the others read now. In the order of ids."""
    new = await facts_of_projects(session, [id_ for id_ in project_ids if id_ not in unchanged])
    projects = {id_: row for id_, row in old.projects.items() if id_ in unchanged} | dict(new.projects)
    calendars = old.calendars.of_these(unchanged).and_those(new.calendars)
    tasks = {id_: task for id_, task in old.tasks.items() if task.project_id in unchanged} | dict(new.tasks)
    links = [link for link in old.links if old.tasks[link.predecessor_id].project_id in unchanged]
    return Facts(
        deadline=deadline_of(program.deadline, projects, calendars),
        projects=in_order(projects),
        tasks=in_order(tasks),
        links=sorted([*links, *new.links], key=lambda link: link.id.int),
        dependencies=await live_dependencies(session, program.id),
        calendars=calendars,
    )


ValueT = TypeVar("ValueT")


def in_order(by_id: Mapping[UUID, ValueT]) -> dict[UUID, ValueT]:
    """The same in the order of the ids."""
    return dict(sorted(by_id.items(), key=lambda item: item[0].int))


RECALL = Recall(_read_network)
"""This process's."""


async def recalled_network(session: AsyncSession, program: Program) -> Network:
    """See `Recall.of`."""
    return await RECALL.of(session, program)
