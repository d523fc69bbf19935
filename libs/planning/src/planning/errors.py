"""What can be wrong with a plan. Every error names the ids it is about; none of them leaves half a result behind."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

_LISTS = ("path", "ids", "task_ids", "resource_ids")
_NAMES = ("task_id", "link_id", "project_id", "named_by", "id", *_LISTS)


class PlanError(ValueError):
    """A plan that cannot be scheduled; the subclasses say why."""

    @property
    def named(self) -> dict[str, Any]:
        """The ids that it is about, each under what it is the id of; of a cycle its `path`."""
        found = {name: value for name, value in vars(self).items() if name in _NAMES and value is not None}
        return {name: [*map(str, value)] if name in _LISTS else str(value) for name, value in found.items()}


class NetworkCycle(PlanError):
    """Links that lead back to where they began. `path` is closed: first and last id are the same."""

    def __init__(self, path: Sequence[UUID]) -> None:
        self.path = list(path)
        super().__init__(f"The links form a cycle: {' → '.join(map(str, path))}")


class HierarchyCycle(PlanError):
    """Tasks that are their own ancestors. `path` is closed and goes from child to parent."""

    def __init__(self, path: Sequence[UUID]) -> None:
        self.path = list(path)
        super().__init__(f"The work breakdown forms a cycle: {' → '.join(map(str, path))}")


class UnknownTask(PlanError):
    """A link or a parent that names a task the plan does not hold."""

    def __init__(self, task_id: UUID, named_by: UUID) -> None:
        self.task_id = task_id
        self.named_by = named_by
        super().__init__(f"{named_by} names the task {task_id}, which is not in the plan")


class UnknownProject(PlanError):
    """A task of a project that the plan does not hold."""

    def __init__(self, project_id: UUID, task_id: UUID) -> None:
        self.project_id = project_id
        self.task_id = task_id
        super().__init__(f"The task {task_id} belongs to the project {project_id}, which is not in the plan")


class DuplicateTask(PlanError):
    """Two tasks of one id."""

    def __init__(self, task_id: UUID) -> None:
        self.task_id = task_id
        super().__init__(f"The plan holds the task {task_id} twice")


class DuplicateLink(PlanError):
    """Two links of one id."""

    def __init__(self, link_id: UUID) -> None:
        self.link_id = link_id
        super().__init__(f"The plan holds the link {link_id} twice")


class DuplicateProject(PlanError):
    """Two projects of one id."""

    def __init__(self, project_id: UUID) -> None:
        self.project_id = project_id
        super().__init__(f"The plan holds the project {project_id} twice")


class InvalidValue(PlanError):
    """A value that stands for nothing: a row or a word that is not there, or what is no whole number where only those are."""

    def __init__(self, id_: UUID, column: str, value: object) -> None:
        self.id = id_
        self.column = column
        self.value = value
        super().__init__(f"{id_} has {value!r} as its {column}")


class TooLarge(PlanError):
    """More tasks or links than a plan may have (planning.size)."""

    def __init__(self, tasks: int, links: int) -> None:
        self.tasks = tasks
        self.links = links
        super().__init__(f"{tasks} tasks and {links} links are more than a plan may have")


class SummaryLinked(PlanError):
    """A link on a summary task: summaries take their dates from their children alone."""

    def __init__(self, link_id: UUID, task_id: UUID) -> None:
        self.link_id = link_id
        self.task_id = task_id
        super().__init__(f"The link {link_id} ends at the summary task {task_id}")


class InvalidTask(PlanError):
    """A task whose own values contradict each other."""

    def __init__(self, task_id: UUID, reason: str) -> None:
        self.task_id = task_id
        self.reason = reason
        super().__init__(f"The task {task_id} {reason}")


class OutsideCalendar(PlanError):
    """A date before the first or after the last day of a calendar's table. `task_id` is the task it was computed for, when known."""

    def __init__(self, detail: str, task_id: UUID | None = None) -> None:
        self.detail = detail
        self.task_id = task_id
        super().__init__(detail if task_id is None else f"{detail} (task {task_id})")


class InvalidCalendar(PlanError):
    """A calendar that cannot be worked by: shifts that overlap or leave their day, or no working time at all."""


class UnknownCountry(InvalidCalendar):
    """A country, or a subdivision of it, whose public holidays are not known. `subdivision` is None where it is the country."""

    def __init__(self, country: str, subdivision: str | None = None) -> None:
        self.country = country
        self.subdivision = subdivision
        place = country if subdivision is None else f"{country}-{subdivision}"
        super().__init__(f"No public holidays are known for {place}")


class UnreadableCalendarFile(InvalidCalendar):
    """A file that is not iCalendar, or that says something which cannot be told in days and shifts."""


class TooManyOccurrences(InvalidCalendar):
    """Events that recur more often than a calendar has room for."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"The events occur more than {most} times")
