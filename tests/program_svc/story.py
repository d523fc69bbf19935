"""A story of a program, drawn by chance."""

import random
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from program_svc.consumers import projection
from program_svc.dependencies.shapes import state_of
from program_svc.network.memory import Memory
from program_svc.network.moves import StoredRow
from program_svc.network.queries import Unschedulable, network_of
from program_svc.network.shapes import dates_of
from program_svc.network.standings import Hold, Standing
from program_svc.network.stored import stored_rows
from program_svc.programs.queries import the_program

ENDED = {"cancelled", "dissolved", "rejected", "withdrawn"}
WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
WEEKS = [
    {day: [{"from": "07:00", "to": "13:00"}] for day in WORKDAYS},
    {day: [{"from": "00:00", "to": "24:00"}] for day in (*WORKDAYS, "saturday")},
]


class RolledBack(Exception):
    """The batch was applied and is not committed."""


class Story:
    """Three projects in a program, and chance. Everything it says is heard by one projector until that starts anew."""

    def __init__(self, api, seed):
        self.api, self.projects = api, api.projects
        self.random = random.Random(seed)
        self.memory = Memory()
        self.projector = projection(self.memory)
        self.project_ids = [self.projects.project(key) for key in "PQR"]
        self.tasks, self.links, self.dependencies = {id_: [] for id_ in self.project_ids}, [], []
        self.program = ""
        self.compared = 0
        self.calendars = {id_: [self.projects.calendar(id_, shifts, 6) for shifts in WEEKS] for id_ in self.project_ids}

    async def begin(self):
        for _ in range(5):
            for project_id in self.project_ids:
                self.new_task(project_id)
        for _ in range(8):
            self.new_link()
        await self.hear()
        self.program = await self.api.program(*self.project_ids)

    async def step(self):
        """Something happens; often some of it is rolled back first, or a batch holds several things."""
        happenings = [self.slip] * 6 + [self.new_link, self.drop_link, self.change_link] * 2
        happenings += [
            self.new_task,
            self.cancel,
            self.revive,
            self.reparent,
            self.rekind,
            self.drop_task,
            self.reframe,
            self.recalendar,
            self.recalendar,
            self.spend,
            self.spend,
        ]
        agreements = [self.propose, self.propose, self.accept_slip, self.end_dependency, self.set_deadline]
        if self.random.random() < 0.25:
            await self.random.choice(agreements)()
        for _ in range(self.random.choice([1, 1, 1, 3])):
            self.random.choice(happenings)()
        if self.random.random() < 0.1:
            self.projector = projection(self.memory if self.random.random() < 0.5 else Memory())
        await self.hear()
        await self.check()

    async def hear(self):
        said = self.projects.take()
        if self.random.random() < 0.15:
            with suppress(RolledBack):
                async with self.api.database.transaction() as session:
                    await self.projector.apply(session, said)
                    raise RolledBack
        async with self.api.database.transaction() as session:
            await self.projector.apply(session, said)

    async def check(self):
        async with self.api.database.transaction(self.api.organization_id) as session:
            program = await the_program(session, UUID(self.program.removeprefix("/programs/")))
            try:
                network = await network_of(session, program)
            except Unschedulable:
                return
            rows = {id_: StoredRow.of(dates) for id_, dates in dates_of(network).items()}
            assert await stored_rows(session, program.id) == rows
            for each in network.facts.dependencies:
                path = each.suspended_path
                shown = Standing(
                    each.forecast,
                    each.limit,
                    each.margin,
                    each.driving,
                    None
                    if each.imposed is None
                    else Hold(each.imposed, each.imposed_side, is_exact=each.imposed_by_minute),
                    None if path is None else tuple(map(UUID, path)),
                    each.receiver_minutes_per_day,
                    each.lag_minutes_per_day,
                    each.late,
                )
                standing = network.standings[each.id]
                # Without its ends in the network, days stay as long as they were.
                days = standing.day or shown.day, standing.lag_day or shown.lag_day
                assert shown == replace(standing, day=days[0], lag_day=days[1])
            self.check_told(program, {each.id: state_of(each) for each in network.facts.dependencies})
            self.compared += 1

    def check_told(self, program, states):
        """What the projector goes on from when it tells of a dependency again is the whole of its state."""
        known = self.memory.take(program.id)
        if known is None:
            return
        if known.revision == program.latest_revision:
            assert known.told == {id_: states[id_] for id_ in known.told}
        self.memory._keep(program.id, known)

    def pick(self, *states):
        """A task that is there, in one of these states; in no certain one without any."""
        records = self.projects.records
        found = [
            id_
            for ids in self.tasks.values()
            for id_ in ids
            if not states or records[id_]["record"].get("state") in states
        ]
        return self.random.choice(found) if found else None

    def say(self, record_id, **fields):
        self.projects.records[record_id]["record"] |= fields
        self.projects.change(record_id, **fields)

    def slip(self):
        if task_id := self.pick():
            kind = self.projects.records[task_id]["record"]["kind"]
            if kind == "task":
                self.say(task_id, duration=f"P{self.random.randint(1, 9)}D")

    def new_task(self, project_id=None):
        project_id = project_id or self.random.choice(self.project_ids)
        kind = self.random.choice(["task", "task", "task", "milestone", "summary", "level_of_effort"])
        days = self.random.randint(1, 9) if kind in {"task", "level_of_effort"} else 0
        constraint = (
            self.random.choice([None, None, {"type": "SNET", "date": "2026-03-18"}]) if kind == "task" else None
        )
        task_id = self.projects.task(project_id, "T", days, kind=kind, parent_id=None, constraint=constraint)
        self.tasks[project_id].append(task_id)
        self.adopt(task_id)

    def adopt(self, task_id):
        project_id = self.projects.records[task_id]["project_id"]
        earlier = self.tasks[project_id][: self.tasks[project_id].index(task_id)]
        above = [id_ for id_ in earlier if self.projects.records[id_]["record"]["kind"] == "summary"]
        parent = self.random.choice([None, *above])
        self.say(task_id, parent_id=None if parent is None else str(parent))

    def reparent(self):
        if task_id := self.pick():
            self.adopt(task_id)

    def rekind(self):
        if task_id := self.pick():
            kind = self.random.choice(["task", "milestone", "summary"])
            is_parent = any(
                self.projects.records[id_]["record"]["parent_id"] == str(task_id)
                for ids in self.tasks.values()
                for id_ in ids
            )
            if not is_parent:
                self.say(task_id, kind=kind, duration="P2D" if kind == "task" else "P0D", constraint=None)

    def new_link(self):
        project_id = self.random.choice(self.project_ids)
        if len(self.tasks[project_id]) > 1:
            before, after = sorted(self.random.sample(range(len(self.tasks[project_id])), 2))
            ends = self.tasks[project_id][before], self.tasks[project_id][after]
            if all(self.projects.records[id_]["record"]["kind"] != "summary" for id_ in ends):
                kind = self.random.choice(["FS", "FS", "SS", "FF", "SF"])
                self.links.append(self.projects.link(project_id, *ends, type=kind))

    def change_link(self):
        if self.links:
            self.say(self.random.choice(self.links), lag=f"P{self.random.randint(0, 3)}D")

    def drop_link(self):
        if self.links:
            link_id = self.links.pop(self.random.randrange(len(self.links)))
            self.projects.delete(link_id)

    def cancel(self):
        if task_id := self.pick("not_started"):
            self.say(task_id, state="cancelled")

    def revive(self):
        if task_id := self.pick("cancelled"):
            self.say(task_id, state="not_started")

    def drop_task(self):
        if task_id := self.pick():
            for ids in self.tasks.values():
                if task_id in ids:
                    ids.remove(task_id)
            self.projects.delete(task_id)

    def recalendar(self):
        """A project or a task goes by another calendar, a lag by another, or a calendar changes."""
        project_id = self.random.choice(self.project_ids)
        calendars = self.calendars[project_id]
        match self.random.choice(["project", "task", "task", "lag", "calendar"]):
            case "project":
                self.say(project_id, calendar_id=self.random.choice([None, *map(str, calendars)]))
            case "task" if self.tasks[project_id]:
                task_id = self.random.choice(self.tasks[project_id])
                self.say(task_id, calendar_id=self.random.choice([None, *map(str, calendars)]))
            case "lag" if self.links:
                kinds = ["project", "predecessor", "successor", "24h"]
                self.say(self.random.choice(self.links), lag="P1D", lag_calendar=self.random.choice(kinds))
            case "calendar":
                days = self.random.sample(["2026-03-03", "2026-03-07", "2026-03-10"], 2)
                free = [{"on": day, "name": "free"} for day in sorted(days)]
                self.say(self.random.choice(calendars), days_off=free)

    def spend(self):
        """Something that a network knows nothing of."""
        self.projects.budget_line(self.random.choice(self.project_ids), "10.00")

    def reframe(self):
        project_id = self.random.choice(self.project_ids)
        days = ["2026-03-02", "2026-03-05", "2026-03-09"]
        changes = [
            {"start": self.random.choice(days)},
            {"name": "renamed"},
            {"state": "cancelled"},
            {"state": "executing"},
        ]
        self.say(project_id, **self.random.choice([*changes, {"state": "executing"}, {"granularity": "minute"}]))

    async def propose(self):
        ends = [self.pick(), self.pick()]
        records = self.projects.records
        if None in ends or records[ends[0]]["project_id"] == records[ends[1]]["project_id"]:
            return
        provider, receiver = ({"project_id": str(records[id_]["project_id"]), "task_id": str(id_)} for id_ in ends)
        body = {"provider": provider, "receiver": receiver, "type": self.random.choice(["FS", "FS", "SS", "FF"])}
        body |= {"policy": self.random.choice(["hard", "soft"]), "lag": f"P{self.random.randint(0, 2)}D"}
        answer = await self.api.request("POST", f"{self.program}/dependencies", json=body)
        if answer.status_code == 201:
            path = f"/dependencies/{answer.json()['id']}"
            self.dependencies.append(path)
            for end in ("provider", "receiver"):
                await self.api.request("POST", f"{path}/commit", json={"end": end})

    async def accept_slip(self):
        if self.dependencies:
            await self.api.request("POST", f"{self.random.choice(self.dependencies)}/accept-slip", json={})

    async def end_dependency(self):
        if self.dependencies and self.random.random() < 0.3:
            await self.api.request("POST", f"{self.random.choice(self.dependencies)}/cancel", json={})

    async def set_deadline(self):
        deadline = self.random.choice([None, "2026-04-10"])
        await self.api.patch(self.program, {"deadline": deadline})
