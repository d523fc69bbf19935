"""What a project of a program file consists of, as operations for the API's batch route."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from local_stack import program_bodies as bodies
from local_stack.json_lines import Path
from local_stack.program_file import Project

MOST_OPERATIONS = 500
"""In one batch: the API takes 1,000, but a person wants to see how far it is."""
MOST_BYTES = 512 * 1024
"""In one batch: half of what the API takes."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One record to create. kind: its name in the summary. at: where it stands in the file. task: its ref, if it is a task."""

    kind: str
    record: str
    at: Path
    body: Callable[[bodies.Ids], bodies.Body]
    task: str | None = None


def operations_of(source: str, project: Project, at: Path) -> Iterator[Operation]:
    """Everything in a project, in an order in which nothing refers to what comes later."""
    for number in parents_first({task.ref: task.parent for task in project.tasks}):
        task = project.tasks[number]
        body = partial(bodies.task_body, source, project, task)
        yield Operation(task.kind.replace("_", " "), "task", (*at, "tasks", number), body, task.ref)
    for number, link in enumerate(project.links):
        yield Operation("link", "link", (*at, "links", number), partial(bodies.link_body, link))
    for number, line in enumerate(project.budget.lines):
        body = partial(bodies.budget_line_body, source, project, line)
        yield Operation("budget line", "budget_line", (*at, "budget", "lines", number), body)
    for number, actual in enumerate(project.budget.actuals):
        body = partial(bodies.actual_body, source, project, actual)
        yield Operation("actual", "actual", (*at, "budget", "actuals", number), body)
    for number, risk in enumerate(project.risks):
        yield Operation("risk", "risk", (*at, "risks", number), partial(bodies.risk_body, source, project, risk))


class Batches:
    """Operations cut into batches. A task of the same batch is named by its place in it, one of an earlier batch by its id."""

    def __init__(self, operations: Iterator[Operation]) -> None:
        self._left = list(operations)
        self.ids: dict[str, str] = {}
        """The ids that the API gave to tasks so far, by ref."""

    def next(self) -> tuple[Sequence[Operation], list[dict[str, Any]]]:
        """The operations of the next batch, and what is sent of them; none when all is done."""
        names: dict[str, Any] = dict(self.ids)
        sent: list[dict[str, Any]] = []
        room = MOST_BYTES
        for place, operation in enumerate(self._left[:MOST_OPERATIONS]):
            asked = {"op": "create", "record": operation.record, "body": operation.body(names)}
            if operation.task is not None:
                asked["ref"] = str(place)
                names[operation.task] = {"ref": str(place)}
            room -= len(orjson.dumps(asked))
            if room < 0 and sent:
                break
            sent.append(asked)
        taken, self._left = self._left[: len(sent)], self._left[len(sent) :]
        return taken, sent

    def created(self, operation: Operation, record_id: str) -> None:
        """The API made the record of an operation."""
        if operation.task is not None:
            self.ids[operation.task] = record_id


def parents_first(parents: dict[str, str | None]) -> list[int]:
    """The positions of records in an order in which each stands after its parent; the parents form no circle."""

    def depth(ref: str) -> int:
        above, steps = parents[ref], 0
        while above is not None:
            above, steps = parents[above], steps + 1
        return steps

    position = {ref: index for index, ref in enumerate(parents)}
    return [position[ref] for ref in sorted(parents, key=depth)]
