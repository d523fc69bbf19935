"""Writing a file's records: each is found (`project_svc.imports.known`), and created, changed or left as it is."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Table
from sqlmodel import col, select

from chassis.problem import Problem
from contracts.values import ExternalRef
from contracts.vocabulary import LagCalendar, LinkType, TaskStatus
from planning.exchange import Document, DocumentLink, FidelityReport
from project_svc.calendars.actions import create_calendar, update_calendar
from project_svc.calendars.models import Calendar
from project_svc.exchange.names import ImportForm
from project_svc.imports.calendars import calendar_bodies, calendar_change
from project_svc.imports.fitting import Fitting, working
from project_svc.imports.known import Known, matched_links
from project_svc.imports.links import named_links
from project_svc.imports.models import Written
from project_svc.imports.tasks import OF_PROJECT, fields_to_change, task_fields, work_by_task
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


@dataclass(frozen=True, slots=True)
class Source:
    """Where a file comes from: the system, what the project is called there, the file's form. is_own: it was written from this project."""

    system: str
    project: str
    form: ImportForm
    is_own: bool


class Writer:
    """Writes one document into one project."""

    def __init__(self, project: LockedProject, document: Document, report: FidelityReport, source: Source) -> None:
        self.project = project
        self.document = document
        self.report = report
        self.source = source
        self.is_own = source.is_own
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
        return ExternalRef(source=self.source.system, id="/".join((self.source.project, *names)))

    def new_ref(self, known: Known, *names: str | None) -> ExternalRef | None:
        """What a new record is called: by the first of these names that no other record of its kind has."""
        return next((self.ref(name) for name in names if name and name not in known.named), None)

    async def known(self, table: Table) -> Known:
        """The records of one kind that the project has, and those of them that come from this source."""
        columns = table.c.id, table.c.external_source, table.c.external_id
        found = await self.project.session.execute(select(*columns).where(table.c.project_id == self.project.id))
        mine = f"{self.source.project}/"
        named: dict[str, UUID] = {}
        own: set[UUID] = set()
        for record_id, source, name in found:
            own.add(record_id)
            if source == self.source.system and name.startswith(mine):
                named[name.removeprefix(mine)] = record_id
        return Known(named, frozenset(own))

    async def write_calendars(self) -> dict[str, UUID]:
        """The calendars that work goes by: ours, by source id."""
        known = await self.known(table_of(Calendar))
        matched = known.matched((each.source_id, each.guid) for each in self.document.calendars)
        ours = {}
        for source_id, body in calendar_bodies(self.document, self.fitting("calendar")).items():
            with about("calendar", source_id, body.name):
                if (calendar_id := matched.get(source_id)) is None:
                    ref = self.new_ref(known, source_id)
                    calendar = await create_calendar(self.project, body.model_copy(update={"external_ref": ref}))
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
                    hours = not self.is_own or source_id == self.document.project.calendar_id
                    await update_calendar(self.project, calendar, calendar_change(calendar, body, are_hours_told=hours))
                    self.count("calendars", is_changed=before != (calendar.version, calendar.name))
        return ours

    async def write_tasks(self, calendars: Mapping[str, UUID], tell: Tell) -> list[UUID]:
        """The tasks, parents first. Returns those of an earlier import that the document no longer has."""
        known = await self.known(table_of(Task))
        matched = known.matched((each.source_id, each.guid) for each in self.document.tasks)
        fitting = self.fitting("task")
        worked = work_by_task(self.document)
        is_recoded = await self._has_codes(matched)
        for task in self.document.tasks:
            parent_id = None if task.parent_id is None else self.tasks[task.parent_id]
            task_id = matched.get(task.source_id)
            fields = task_fields(
                task, fitting, calendars, parent_id, worked[task.source_id], form=self.source.form, known_as=task_id
            )
            if is_recoded:
                del fields["wbs_code"]
                fitting.converted(
                    "wbs", task.source_id, "the project has tasks with codes of the file: new ones follow them"
                )
            with about("task", task.source_id, task.name):
                if task_id is None:
                    body = TaskCreate(**fields, external_ref=self.new_ref(known, task.source_id, task.guid))
                    task_id = (await create_task(self.project, body)).id
                    self.counted["tasks"]["created"] += 1
                else:
                    row = await self.project.load(Task, task_id)
                    await update_task(
                        self.project, row, TaskUpdate(**fields_to_change(fields, task, row, self.source.form))
                    )
                    self.count("tasks", is_changed=row.revision == self.project.revision)
                    if task.is_active and row.state is TaskStatus.CANCELLED:
                        fitting.dropped("is_active", True, task.source_id, "what is cancelled here stays so")
            self.tasks[task.source_id] = task_id
            await self._told(tell)
        return known.others(self.tasks.values(), of_all=self.is_own)

    async def _has_codes(self, matched: Mapping[str, UUID]) -> bool:
        """Whether tasks of the project that are not the file's have codes of the file's."""
        of_file = set(matched.values())
        codes = {task.wbs for task in self.document.tasks if task.wbs}
        found = select(col(Task.id), col(Task.wbs_code)).where(col(Task.project_id) == self.project.id)
        rows = await self.project.session.execute(found)
        return any(code in codes and task_id not in of_file for task_id, code in rows)

    async def write_links(self, tell: Tell) -> None:
        """The links, once all tasks are there; those of an earlier import that the document no longer has go."""
        known = await self.known(table_of(Link))
        told = named_links(self.document, self.report)
        matched = matched_links(told, await self._links(), known.named, self.tasks)
        for named in told:
            link = named.link
            change = {
                "type": LinkType(link.type.value),
                "lag": working(link.lag),
                "lag_calendar": LagCalendar(link.lag_calendar.value),
            }
            with about("link", named.id, named.id):
                if (row := matched.get(named.id)) is None:
                    body = LinkCreate(
                        predecessor_id=self.tasks[link.predecessor_id],
                        successor_id=self.tasks[link.successor_id],
                        external_ref=self.new_ref(known, named.id),
                        **change,
                    )
                    await create_link(self.project, body)
                    self.counted["links"]["created"] += 1
                else:
                    row = await self.project.load(Link, row.id)
                    if self.source.form in OF_PROJECT and _is_unsaid(row, link):
                        change.pop("lag_calendar")
                    await update_link(self.project, row, LinkUpdate(**change))
                    self.count("links", is_changed=row.revision == self.project.revision)
            await self._told(tell)
        for link_id in known.others((row.id for row in matched.values()), of_all=self.is_own):
            await delete_link(self.project, await self.project.find(Link, link_id))
            self.counted["links"]["deleted"] += 1

    async def _links(self) -> Sequence[Link]:
        found = select(Link).where(col(Link.project_id) == self.project.id).order_by(col(Link.id))
        return (await self.project.session.scalars(found)).all()

    def count(self, kind: str, *, is_changed: bool) -> None:
        """One record more that was there before."""
        self.counted[kind]["updated" if is_changed else "unchanged"] += 1

    async def _told(self, tell: Tell) -> None:
        self.done += 1
        await tell(self.done)


def _is_unsaid(row: Link, told: DocumentLink) -> bool:
    """Whether Project has no word for the calendar of a link's lag, which is then written as the successor's."""
    is_other = row.lag_calendar in {LagCalendar.PREDECESSOR, LagCalendar.PROJECT}
    return is_other and told.lag_calendar.value == LagCalendar.SUCCESSOR


@contextmanager
def about(record: str, source_id: str, name: str) -> Iterator[None]:
    """Say of whatever is refused inside which of the file's records it is about."""
    try:
        yield
    except Problem as problem:
        problem.detail = f"{record.capitalize()} {source_id} ({name}): {problem.detail}"
        problem.members["source_id"] = source_id
        raise
