"""One load of a program through the public API, in an order in which nothing refers to what is not there yet.

Projects load side by side, each in batches. Dependencies wait until the program's picture holds every task that they name.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from typing import Any, TypeVar

from local_stack import program_bodies as bodies
from local_stack.errors import StackError
from local_stack.json_lines import Path
from local_stack.program_api import Api, Refused
from local_stack.program_document import Document
from local_stack.program_file import Dependency, Goal, ProgramFile, Project
from local_stack.program_operations import Batches, operations_of, parents_first
from local_stack.progress import Meter

AT_ONCE = 4
"""Projects, or dependencies, under way at one time: enough to keep the services busy, few enough to leave room for others."""
POSITIONS_AT_ONCE = 50

Loaded = Counter[str]
"""How many records of each kind were loaded, by the kind's name in the summary."""

Item = TypeVar("Item")


class ProgramLoad:
    """One load under way: the ids that the API gave so far, and how many records there are of each kind."""

    def __init__(self, document: Document, api: Api, meter: Meter) -> None:
        self.document = document
        self.program = document.program
        self.source = document.program.source
        self.api = api
        self.meter = meter
        self.projects: dict[str, str] = {}
        self.tasks: dict[tuple[str, str], str] = {}
        self.goals: dict[str, str] = {}
        self.loaded: Loaded = Counter()

    async def run(self) -> Loaded:
        """Load everything. Raises StackError with the line of the record that the API refused."""
        body = bodies.program_body(self.source, self.program.program)
        program_id = await self._create_afresh("program", "/v1/programs", body, ("program",))
        await _side_by_side(self._load_project, self.program.projects)
        for index, project in enumerate(self.program.projects):
            member = {"project_id": self.projects[project.ref]}
            await self._post(f"/v1/programs/{program_id}/components", member, ("projects", index))
            self._count("component")
        await self._await_picture(program_id)

        async def load_dependency(index: int, dependency: Dependency) -> None:
            await self._load_dependency(program_id, index, dependency)

        await _side_by_side(load_dependency, self.program.dependencies)
        for index in parents_first({goal.ref: goal.parent for goal in self.program.goals}):
            await self._load_goal(index, self.program.goals[index])
        return self.loaded

    async def _load_project(self, index: int, project: Project) -> None:
        at: Path = ("projects", index)
        body = bodies.project_body(self.source, project)
        project_id = self.projects[project.ref] = await self._create_afresh("project", "/v1/projects", body, at)
        batches = Batches(operations_of(self.source, project, at))
        while (batch := batches.next())[0]:
            operations, sent = batch
            try:
                answer = await self.api.post(f"/v1/projects/{project_id}/batch", {"operations": sent})
            except Refused as refused:
                place = at if refused.operation is None else operations[refused.operation].at
                raise self._refusal(place, refused) from None
            for operation, result in zip(operations, answer["results"], strict=True):
                batches.created(operation, result["id"])
                self._count(operation.kind)
        self.tasks |= {(project.ref, ref): task_id for ref, task_id in batches.ids.items()}

    async def _load_dependency(self, program_id: str, index: int, dependency: Dependency) -> None:
        at: Path = ("dependencies", index)
        body = bodies.dependency_body(self.source, dependency, self.projects, self.tasks)
        created = await self._create("dependency", f"/v1/programs/{program_id}/dependencies", body, at)
        if dependency.state == "committed":
            for end in ("provider", "receiver"):
                await self._post(f"/v1/dependencies/{created}/commit", {"end": end}, at)
                self.meter.advance("commitment")

    async def _load_goal(self, index: int, goal: Goal) -> None:
        at: Path = ("goals", index)
        body = bodies.goal_body(self.source, goal, self.goals)
        goal_id = await self._create_afresh("goal", "/v1/goals", body, at)
        self.goals[goal.ref] = goal_id
        for number, result in enumerate(goal.key_results):
            where: Path = (*at, "key_results", number)
            body = bodies.key_result_body(self.source, goal, result)
            result_id = await self._create("key result", f"/v1/goals/{goal_id}/key-results", body, where)
            for count, check_in in enumerate(result.check_ins):
                body = bodies.check_in_body(self.source, goal, result, check_in)
                path = f"/v1/key-results/{result_id}/check-ins"
                await self._create("check-in", path, body, (*where, "check_ins", count))
        for number, alignment in enumerate(goal.alignments):
            body = bodies.alignment_body(alignment, goal_id, self.projects, self.tasks)
            await self._create("alignment", "/v1/alignments", body, (*at, "alignments", number))

    async def _await_picture(self, program_id: str) -> None:
        """Return once the program's picture holds every project as it was written."""
        positions = [last for boundary, last in self.api.positions.items() if boundary.startswith("project/")]
        for first in range(0, len(positions), POSITIONS_AT_ONCE):
            await self.api.get(f"/v1/programs/{program_id}", after=positions[first : first + POSITIONS_AT_ONCE])

    async def _create_afresh(self, kind: str, path: str, body: bodies.Body, at: Path) -> str:
        """Create a record that nothing encloses and return its id.

        When an earlier load created it and somebody has deleted it since, its key still answers with the old id for a day: then
        another key is due.
        """
        generation = 0
        while True:
            created: str = (await self._post(path, body, at, generation))["id"]
            try:
                await self.api.get(f"{path}/{created}")
            except Refused as refused:
                if refused.status != HTTPStatus.NOT_FOUND:
                    raise
                generation += 1
            else:
                self._count(kind)
                return created

    async def _create(self, kind: str, path: str, body: bodies.Body, at: Path) -> str:
        """Create a record inside another and return its id."""
        created: str = (await self._post(path, body, at))["id"]
        self._count(kind)
        return created

    def _count(self, kind: str) -> None:
        self.loaded[kind] += 1
        self.meter.advance(kind)

    async def _post(self, path: str, body: bodies.Body, at: Path, generation: int = 0) -> dict[str, Any]:
        try:
            return await self.api.post(path, body, generation)
        except Refused as refused:
            raise self._refusal(at, refused) from None

    def _refusal(self, at: Path, refused: Refused) -> StackError:
        return StackError(f"{self.document.place(at)}: the API refused it with {refused}")


def steps_of(program: ProgramFile) -> int:
    """How many records and commitments a file makes: what the progress bar counts."""
    of_projects = sum(
        2 + len(p.tasks) + len(p.links) + len(p.budget.lines) + len(p.budget.actuals) + len(p.risks)
        for p in program.projects
    )
    of_dependencies = sum(3 if dependency.state == "committed" else 1 for dependency in program.dependencies)
    of_goals = sum(
        1 + len(goal.alignments) + sum(1 + len(result.check_ins) for result in goal.key_results)
        for goal in program.goals
    )
    return 1 + of_projects + of_dependencies + of_goals


async def _side_by_side(work: Callable[[int, Item], Awaitable[None]], items: Iterable[Item]) -> None:
    """Do the work on each numbered item, `AT_ONCE` at a time; the first StackError ends the others and is raised."""
    room = asyncio.Semaphore(AT_ONCE)

    async def take(index: int, item: Item) -> None:
        async with room:
            await work(index, item)

    try:
        async with asyncio.TaskGroup() as group:
            for index, item in enumerate(items):
                group.create_task(take(index, item))
    except (
        ExceptionGroup
    ) as failed:  # not `except*`: what is raised in there comes out in a group, in some releases of Python
        first: Exception = failed
        while isinstance(first, ExceptionGroup):
            first = first.exceptions[0]
        if isinstance(first, StackError):
            raise first from None
        raise
