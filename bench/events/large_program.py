"""`events.program_100k_event`: one slip in a program of 100 projects x 1,000 tasks, from the event to the commit of all that follows.

The program of `engine.event_*` lies in program-svc's database; the projection applies an event a transaction, as the consumer does:
positions, replica, the program's network, changed rows, events of its own. Wall time of the engine and the database together.
"""

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from uuid_utils.compat import uuid7

from bench.engine.network import PROJECTS, TASKS, program
from bench.events.database import EXAMPLES, ORIGIN, prepared
from bench.result import Result, percentile
from bench.stack import Stack
from chassis import outbox
from chassis.outbox import Boundary
from chassis.projection import Projection
from chassis.received import ReceivedEvent, read
from contracts import project_events as events
from planning.engine import Columns
from planning.engine.codes import LINK
from program_svc.consumers import projection

EVENTS = 60
WARM_UP = 3
SEED = 1


class Replica:
    """The program in the database of program-svc: its replica, a program with all its projects, its dependencies, committed."""

    def __init__(self, columns: Columns) -> None:
        self.organization_id, self.program_id = uuid7(), uuid7()
        self.columns = columns
        self.project_ids = [uuid7() for _ in range(PROJECTS)]
        self.task_ids = [uuid7() for _ in columns.tasks.ids]
        self.revisions = dict.fromkeys(self.project_ids, 1)

    async def write(self, url: str) -> None:
        """Fill the tables. They belong to `url`'s role, whom row-level security does not bind."""
        owner = await asyncpg.connect(url)
        for table, names, rows in self._rows():
            await owner.copy_records_to_table(table, records=rows, columns=names)
        await owner.execute("ANALYZE")
        await owner.close()

    def slip(self, draw: random.Random) -> ReceivedEvent:
        """The event of a task that turns out longer or shorter."""
        row = draw.choice(
            [row for row in draw.sample(range(len(self.task_ids)), 20) if self.columns.tasks.duration[row]]
        )
        project_id = self.project_ids[row // TASKS]
        self.revisions[project_id] += 1
        boundary = Boundary("project", project_id, self.organization_id, self.revisions[project_id])
        _, message = outbox.message(boundary, self._updated(row, project_id, draw.randint(1, 10)), 1, 1, ORIGIN)
        event = read(message)
        if not isinstance(event, ReceivedEvent):
            raise TypeError(event.reason)
        return event

    def _updated(self, row: int, project_id: UUID, days: int) -> events.TaskUpdated:
        [path] = EXAMPLES.glob(f"{events.TaskUpdated.event_name()}.v*.json")
        data = orjson.loads(path.read_bytes())["data"]
        plain = {"kind": "task", "mode": "auto_asap", "state": "not_started", "percent_complete": 0}
        absent = ("parent_id", "constraint", "deadline", "actual_start", "actual_finish", "remaining_duration")
        ids = {"id": self.task_ids[row], "project_id": project_id, "organization_id": self.organization_id}
        data["record"] |= {name: str(id_) for name, id_ in ids.items()} | plain | dict.fromkeys(absent)
        data["record"]["duration"] = f"P{days}D"
        return events.TaskUpdated.read(data)

    def _rows(self) -> list[tuple[str, Sequence[str], list[tuple[Any, ...]]]]:
        org, program_id, now, tasks = self.organization_id, self.program_id, datetime.now(UTC), self.columns.tasks
        inner, between = self._links()
        audit = ("id", "organization_id", "revision", "created_at", "updated_at")
        home = [self.project_ids[number] for number in tasks.project.tolist()]
        kinds = ["task" if days else "milestone" for days in tasks.duration.tolist()]
        return [
            (
                "known_projects",
                ("id", "organization_id", "key", "name", "state", "start", "currency", "granularity", "revision"),
                [
                    (id_, org, f"P{n}", "", "executing", "2026-03-02", "EUR", "day", 1)
                    for n, id_ in enumerate(self.project_ids)
                ],
            ),
            (
                "boundary_positions",
                ("kind", "id", "organization_id", "revision", "position", "positions", "last_event_id"),
                [("project", id_, org, 1, 1, 1, uuid7()) for id_ in self.project_ids],
            ),
            (
                "known_tasks",
                (
                    "id",
                    "organization_id",
                    "project_id",
                    "name",
                    "kind",
                    "duration",
                    "mode",
                    "percent_complete",
                    "state",
                ),
                [
                    (id_, org, project, "", kind, duration, "auto_asap", 0, "not_started")
                    for id_, project, kind, duration in zip(
                        self.task_ids, home, kinds, tasks.duration.tolist(), strict=True
                    )
                ],
            ),
            (
                "known_links",
                ("id", "organization_id", "project_id", "predecessor_id", "successor_id", "type", "lag"),
                [(uuid7(), org, self._home(before), *self._ends(before, after), *how) for before, after, *how in inner],
            ),
            (
                "programs",
                (
                    *audit,
                    "latest_revision",
                    "key",
                    "name",
                    "purpose",
                    "manager",
                    "sponsor",
                    "margin_threshold",
                    "state",
                ),
                [(program_id, org, 1, now, now, 1, "LARGE", "Large", "", "", "", 0, "delivery")],
            ),
            (
                "components",
                (*audit, "program_id", "project_id"),
                [(uuid7(), org, 1, now, now, program_id, project_id) for project_id in self.project_ids],
            ),
            (
                "dependencies",
                (
                    *audit,
                    *(
                        "program_id",
                        "provider_project_id",
                        "receiver_project_id",
                        "provider_task_id",
                        "receiver_task_id",
                    ),
                    *("type", "lag", "policy", "state", "committed_at", "driving", "history", "acceptance_criterion"),
                    *("provider_owner", "receiver_owner", "provider_granularity", "receiver_granularity"),
                ),
                [
                    (
                        *(uuid7(), org, 1, now, now, program_id, self._home(before), self._home(after)),
                        *self._ends(before, after),
                        *(*how, "hard", "committed", now, False, "[]", "", "", "", "day", "day"),
                    )
                    for before, after, *how in between
                ],
            ),
        ]

    def _links(self) -> tuple[list[tuple[int, int, str, int]], list[tuple[int, int, str, int]]]:
        """Those inside projects, and those between them, one for each pair and type: predecessor, successor, type, lag."""
        types, links = {number: kind.value for kind, number in LINK.items()}, self.columns.links
        given = zip(
            links.predecessor.tolist(), links.successor.tolist(), links.kind.tolist(), links.lag.tolist(), strict=True
        )
        found = {(before, after, types[kind]): (before, after, types[kind], lag) for before, after, kind, lag in given}
        inner = [link for link in found.values() if link[0] // TASKS == link[1] // TASKS and link[0] != link[1]]
        return inner, [link for link in found.values() if link[0] // TASKS != link[1] // TASKS]

    def _home(self, row: int) -> UUID:
        return self.project_ids[row // TASKS]

    def _ends(self, before: int, after: int) -> tuple[UUID, UUID]:
        return self.task_ids[before], self.task_ids[after]


async def measure(stack: Stack) -> list[Result]:
    """Milliseconds; beside them the same event by a projector that remembers nothing."""
    async with prepared(stack, "program_svc") as service:
        replica = Replica(program())
        await replica.write(service.owner_url)
        draw, projector = random.Random(SEED), projection()

        async def timed(by: Projection) -> float:
            event = replica.slip(draw)
            started = time.perf_counter()
            async with service.application.transaction() as session:
                await by.apply(session, [event])
            return (time.perf_counter() - started) * 1000

        for _ in range(WARM_UP):
            await timed(projector)
        samples = [await timed(projector) for _ in range(EVENTS)]
        cold = [await timed(projection()) for _ in range(WARM_UP)]
    return [_result(f"events.program_100k_event_p{share}", samples, cold, share / 100) for share in (50, 95)]


def _result(name: str, samples: list[float], cold: list[float], share: float) -> Result:
    value, beside = percentile(samples, share), percentile(cold, 0.5)
    return Result(
        name, value, "ms", beside, value / beside, samples, "reference: the same, the program read anew; aim: 50 ms"
    )
