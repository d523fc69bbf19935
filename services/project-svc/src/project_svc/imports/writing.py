"""Writing a file's records: each is found by its id in the source, and created, changed or left as it is."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Table, select

from chassis.problem import Problem
from contracts.values import ExternalRef, Money
from contracts.vocabulary import LagCalendar, LinkType, TaskStatus
from planning.exchange import Document, DocumentTask, FidelityReport
from planning.plan import TaskKind
from project_svc.budgets.actions import create_budget_line, update_budget_line
from project_svc.budgets.models import BudgetLine, BudgetLineCreate, BudgetLineUpdate
from project_svc.calendars.actions import create_calendar, update_calendar
from project_svc.calendars.models import Calendar, CalendarUpdate, WeekUpdate
from project_svc.imports.calendars import calendar_bodies
from project_svc.imports.fitting import Fitting, working
from project_svc.imports.links import named_links
from project_svc.imports.models import Written
from project_svc.imports.tasks import task_fields, work_by_task
from project_svc.links.actions import create_link, delete_link, update_link
from project_svc.links.models import Link, LinkCreate, LinkUpdate
from project_svc.projects.locked import LockedProject
from project_svc.records import table_of
from project_svc.tasks.actions import create_task, update_task
from project_svc.tasks.models import Task, TaskCreate, TaskUpdate

Tell = Callable[[int], Awaitable[None]]
"""Hears how many tasks and links are written."""
LONGEST_NAME = 200
KINDS = ("tasks", "links", "calendars", "budget_lines", "resources", "assignments", "outside_links")


class Writer:
    """Writes one document into one project. source, name: what the system and, in it, the project are called."""

    def __init__(
        self, project: LockedProject, document: Document, report: FidelityReport, source: str, name: str
    ) -> None:
        self.project = project
        self.document = document
        self.report = report
        self.source = source
        self.name = name
        self.tasks: dict[str, UUID] = {}
        self.done = 0
        self.counted: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}

    @property
    def written(self) -> dict[str, Written]:
        """What became of each kind of record."""
        return {kind: Written(**counted) for kind, counted in self.counted.items()}

    def fitting(self, record: str) -> Fitting:
        """For the values of one kind of record."""
        return Fitting(self.report, record, self.project.row.granularity)

    def ref(self, *names: str) -> ExternalRef:
        """What a record is called. Raises ValidationError for an id that is too long to be kept."""
        return ExternalRef(source=self.source, id="/".join((self.name, *names)))

    async def known(self, table: Table) -> dict[str, UUID]:
        """The records of the project that come from this source: their ids by what they are called, without the project's own name."""
        named = select(table.c.external_id, table.c.id).where(
            table.c.project_id == self.project.id, table.c.external_source == self.source
        )
        mine = f"{self.name}/"
        rows = (await self.project.session.execute(named)).all()
        return {name.removeprefix(mine): record_id for name, record_id in rows if name.startswith(mine)}

    async def write_calendars(self) -> dict[str, UUID]:
        """The calendars that work goes by: ours, by source id."""
        known = await self.known(table_of(Calendar))
        ours = {}
        for source_id, body in calendar_bodies(self.document, self.fitting("calendar")).items():
            with about("calendar", source_id, body.name):
                if (calendar_id := known.get(source_id)) is None:
                    calendar = await create_calendar(
                        self.project, body.model_copy(update={"external_ref": self.ref(source_id)})
                    )
                    ours[source_id] = calendar.id
                    self.counted["calendars"]["created"] += 1
                else:
                    calendar = await self.project.find(Calendar, calendar_id)
                    ours[source_id] = calendar_id
                    if calendar.shared_calendar_id is not None:
                        reason = "it follows a shared calendar here, which says when work is done"
                        self.report.dropped("calendar", "shifts", source_id, reason)
                        self.count("calendars", is_changed=False)
                        continue
                    before = calendar.version, calendar.name
                    change = CalendarUpdate(
                        name=body.name,
                        hours_per_day=body.hours_per_day,
                        shifts=WeekUpdate(**dict(body.shifts)),
                        exceptions=body.exceptions,
                    )
                    await update_calendar(self.project, calendar, change)
                    self.count("calendars", is_changed=before != (calendar.version, calendar.name))
        return ours

    async def write_tasks(self, calendars: Mapping[str, UUID], tell: Tell) -> list[UUID]:
        """The tasks, parents first. Returns those of an earlier import that the document no longer has."""
        known = await self.known(table_of(Task))
        fitting = self.fitting("task")
        worked = work_by_task(self.document)
        for task in self.document.tasks:
            parent_id = None if task.parent_id is None else self.tasks[task.parent_id]
            fields = task_fields(task, fitting, calendars, parent_id, worked[task.source_id])
            with about("task", task.source_id, task.name):
                if (task_id := known.pop(task.source_id, None)) is None:
                    body = TaskCreate(**fields, external_ref=self.ref(task.source_id))
                    task_id = (await create_task(self.project, body)).id
                    self.counted["tasks"]["created"] += 1
                else:
                    row = await self.project.load(Task, task_id)
                    await update_task(self.project, row, TaskUpdate(**fields))
                    self.count("tasks", is_changed=row.revision == self.project.revision)
                    if task.is_active and row.state is TaskStatus.CANCELLED:
                        fitting.dropped("is_active", True, task.source_id, "what is cancelled here stays so")
            self.tasks[task.source_id] = task_id
            await self._told(tell)
        return list(known.values())

    async def write_links(self, tell: Tell) -> None:
        """The links, once all tasks are there; those of an earlier import that the document no longer has go."""
        known = await self.known(table_of(Link))
        for named in named_links(self.document, self.report):
            link = named.link
            change = {
                "type": LinkType(link.type.value),
                "lag": working(link.lag),
                "lag_calendar": LagCalendar(link.lag_calendar.value),
            }
            with about("link", named.id, named.id):
                if (link_id := known.pop(named.id, None)) is None:
                    body = LinkCreate(
                        predecessor_id=self.tasks[link.predecessor_id],
                        successor_id=self.tasks[link.successor_id],
                        external_ref=self.ref(named.id),
                        **change,
                    )
                    await create_link(self.project, body)
                    self.counted["links"]["created"] += 1
                else:
                    row = await self.project.load(Link, link_id)
                    await update_link(self.project, row, LinkUpdate(**change))
                    self.count("links", is_changed=row.revision == self.project.revision)
            await self._told(tell)
        for link_id in known.values():
            await delete_link(self.project, await self.project.find(Link, link_id))
            self.counted["links"]["deleted"] += 1

    async def write_costs(self) -> None:
        """The cost of each task as a budget line."""
        known = await self.known(table_of(BudgetLine))
        for task in self.document.tasks:
            if task.cost is None or task.kind is TaskKind.SUMMARY or (not task.cost and task.source_id not in known):
                continue
            with about("task", task.source_id, task.name):
                await self._write_cost(task, known.get(task.source_id))

    async def _write_cost(self, task: DocumentTask, line_id: UUID | None) -> None:
        amount = Money.of(task.cost or 0, self.project.row.currency)
        name = task.name.strip()[:LONGEST_NAME] or "(unnamed)"
        if line_id is None:
            body = BudgetLineCreate(
                name=name, amount=amount, task_id=self.tasks[task.source_id], external_ref=self.ref(task.source_id)
            )
            await create_budget_line(self.project, body)
            self.counted["budget_lines"]["created"] += 1
        else:
            line = await self.project.find(BudgetLine, line_id)
            await update_budget_line(self.project, line, BudgetLineUpdate(name=name, amount=amount))
            self.count("budget_lines", is_changed=line.revision == self.project.revision)

    def count(self, kind: str, *, is_changed: bool) -> None:
        """One record more that was there before."""
        self.counted[kind]["updated" if is_changed else "unchanged"] += 1

    async def _told(self, tell: Tell) -> None:
        self.done += 1
        await tell(self.done)


@contextmanager
def about(record: str, source_id: str, name: str) -> Iterator[None]:
    """Say of whatever is refused inside which of the file's records it is about."""
    try:
        yield
    except Problem as problem:
        problem.detail = f"{record.capitalize()} {source_id} ({name}): {problem.detail}"
        problem.members["source_id"] = source_id
        raise
