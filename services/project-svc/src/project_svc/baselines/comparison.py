"""What has become of a baseline: tasks added, removed, moved and re-costed, and the finish and the cost of the whole."""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.values import DayOrMoment, Duration, Id, Label, Money, Name, Shape
from contracts.vocabulary import Granularity, TaskKind
from project_svc.baselines.picture import Picture, PicturedTask
from project_svc.baselines.scope import ComparedScope
from project_svc.schedule.dates import finish_of, start_of, worked
from project_svc.schedule.queries import Planned


class Difference(StrEnum):
    """How a task differs; it may have moved and cost more, too."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    RECOSTED = "recosted"


class DateDifference(Shape):
    """A date then and now. Null where there was, or is, none."""

    from_: Annotated[DayOrMoment | None, Field(alias="from")]
    to: DayOrMoment | None
    variance: Duration | None
    """Working time from the one to the other, on the task's own calendar, or the project's: positive is late."""


class MoneyDifference(Shape):
    """An amount then and now."""

    from_: Annotated[Money, Field(alias="from")]
    to: Money
    variance: Money
    """What it has grown by."""


class ComparedTask(Shape):
    """A task that differs. Its name and code are those of the later plan, of a removed one those that it had."""

    task_id: Id
    wbs_code: Label
    name: Name
    kind: TaskKind
    differences: list[Difference]
    start: DateDifference
    finish: DateDifference
    cost: MoneyDifference


class ComparisonRead(Shape):
    """A baseline beside the present plan, or beside another baseline."""

    baseline_id: Id
    with_baseline_id: Id | None
    """Null: the present plan."""
    from_revision: int
    to_revision: int
    start: DateDifference
    finish: DateDifference
    cost: MoneyDifference
    """Of the budget at completion."""
    unassigned_cost: MoneyDifference
    """Of what belongs to no task."""
    is_scope_statement_changed: bool
    are_success_criteria_changed: bool | None
    """Null, as the two below, where one of the two kept nothing of it."""
    deliverables: ComparedScope | None
    """By name, description and what it takes to accept them."""
    links: ComparedScope | None
    counts: dict[Difference, int]
    """How many tasks differ, on all pages."""
    items: list[ComparedTask]
    """In the order of the tasks' ids."""
    next: Id | None
    """Send it as `cursor` for the next page."""


class ComparisonQuery(BaseModel):
    """With what, and which tasks."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    with_: Id | None = Field(default=None, alias="with", description="another baseline; left out, the present plan")
    difference: Difference | None = None
    limit: int = Field(default=100, ge=1, le=1000, description="items a page")
    cursor: Id | None = Field(default=None, description="`next` of the page before")


class Comparison:
    """Two pictures of one project, side by side."""

    def __init__(
        self, before: Picture, after: Picture, planned: Planned, currency: str, granularity: Granularity
    ) -> None:
        self.before = before
        self.after = after
        self._planned = planned
        self._currency = currency
        self._granularity = granularity

    def tasks(self) -> Iterator[ComparedTask]:
        """The tasks that differ, in the order of their ids."""
        for task_id in sorted(self.before.tasks.keys() | self.after.tasks.keys()):
            compared = self._task(self.before.tasks.get(task_id), self.after.tasks.get(task_id), task_id)
            if compared.differences:
                yield compared

    def start(self, before: int | None, after: int | None, task_id: UUID | None = None) -> DateDifference:
        """Of two starts (instants), of the whole or of a task."""
        shown = [None if at is None else start_of(at, self._granularity) for at in (before, after)]
        return DateDifference.model_validate(
            {"from": shown[0], "to": shown[1], "variance": self._between(before, after, task_id)}
        )

    def finish(self, before: int | None, after: int | None, task_id: UUID | None = None) -> DateDifference:
        """Of two finishes (instants), of the whole or of a task."""
        shown = [None if at is None else finish_of(at, self._granularity) for at in (before, after)]
        return DateDifference.model_validate(
            {"from": shown[0], "to": shown[1], "variance": self._between(before, after, task_id)}
        )

    def money(self, before: Decimal, after: Decimal) -> MoneyDifference:
        """Of two amounts."""
        amounts = (Money.of(amount, self._currency) for amount in (before, after, after - before))
        return MoneyDifference.model_validate(dict(zip(("from", "to", "variance"), amounts, strict=True)))

    def _between(self, before: int | None, after: int | None, task_id: UUID | None) -> Duration | None:
        if before is None or after is None:
            return None
        return worked(self._planned.calendar_of(task_id), before, after)

    def _task(self, before: PicturedTask | None, after: PicturedTask | None, task_id: UUID) -> ComparedTask:
        known = after or before
        assert known is not None, "it is in one of the two"
        return ComparedTask(
            task_id=task_id,
            wbs_code=known.wbs_code,
            name=known.name,
            kind=known.kind,
            differences=list(_differences(before, after)),
            start=self.start(
                None if before is None else before.scheduled_start,
                None if after is None else after.scheduled_start,
                task_id,
            ),
            finish=self.finish(
                None if before is None else before.scheduled_finish,
                None if after is None else after.scheduled_finish,
                task_id,
            ),
            cost=self.money(before.cost if before else Decimal(0), after.cost if after else Decimal(0)),
        )


def _differences(before: PicturedTask | None, after: PicturedTask | None) -> Iterator[Difference]:
    if before is None:
        yield Difference.ADDED
    elif after is None:
        yield Difference.REMOVED
    else:
        if (before.scheduled_start, before.scheduled_finish) != (after.scheduled_start, after.scheduled_finish):
            yield Difference.MOVED
        if before.cost != after.cost:
            yield Difference.RECOSTED
