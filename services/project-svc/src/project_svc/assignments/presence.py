"""When the resources of assignments are there, beside the calendars of the tasks that they work on."""

from collections.abc import Mapping
from uuid import UUID

from planning import WorkCalendar
from planning.attendance import SharedTime
from project_svc.calendars.queries import calendars_of
from project_svc.projects.reading import ReadProject
from project_svc.schedule.queries import Planned


class Presence:
    """The time that tasks share with resources of a calendar of their own, from the first date of a schedule to its last."""

    def __init__(self, planned: Planned, calendars: Mapping[UUID, WorkCalendar]) -> None:
        self._planned = planned
        self._calendars = calendars
        items = planned.schedule.items.values()
        self._begin = min((item.scheduled_start for item in items), default=planned.schedule.start)
        self._end = max((item.scheduled_finish for item in items), default=planned.schedule.finish)
        self._known: dict[tuple[WorkCalendar, WorkCalendar], SharedTime] = {}

    @classmethod
    async def of(cls, project: ReadProject, planned: Planned) -> "Presence":
        """As this transaction sees the project's calendars."""
        return cls(planned, (await calendars_of(project.session, project.row)).by_id)

    def shared(self, task_id: UUID, calendar_id: UUID | None) -> SharedTime | None:
        """The time that a task shares with who is there by a calendar; None where that is all of it."""
        work = self._planned.calendar_of(task_id)
        if calendar_id is None or (person := self._calendars[calendar_id]) == work:
            return None
        pair = work, person
        if pair not in self._known:
            self._known[pair] = SharedTime(*pair, self._begin, self._end)
        return self._known[pair]
