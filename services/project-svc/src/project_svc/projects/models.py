"""A project: its table, its states, and its shapes on the wire."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field as ShapeField
from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field

from chassis.patch import unset
from chassis.problem import Conflict, FieldError, InvalidRequest, invalid
from contracts.project_events import ProjectState
from contracts.project_events.control import DelayLimits, RiskMatrix, Score, ShareLimits, Tolerances
from contracts.values import (
    MINUTES_PER_DAY,
    Currency,
    DayOrMoment,
    ExternalRef,
    Id,
    Key,
    Label,
    Money,
    Name,
    NonNegativeWrittenDuration,
    Shape,
    Text,
    WrittenDuration,
)
from contracts.vocabulary import Granularity, ProgressLogic, ProjectStatus
from project_svc.records import AMOUNT, DOCUMENT, INSTANT, MINUTES, WRITTEN_DATE, Record, words

S = ProjectStatus
STEPS: dict[ProjectStatus, tuple[ProjectStatus, ...]] = {
    S.PROPOSED: (S.APPROVED, S.CANCELLED),
    S.APPROVED: (S.PLANNING, S.CANCELLED),
    S.PLANNING: (S.BASELINED, S.CANCELLED),
    S.BASELINED: (S.EXECUTING, S.CANCELLED),
    S.EXECUTING: (S.ON_HOLD, S.CLOSING, S.CANCELLED),
    S.ON_HOLD: (S.EXECUTING, S.CLOSING, S.CANCELLED),
    S.CLOSING: (S.CLOSED, S.CANCELLED),
    S.CLOSED: (),
    S.CANCELLED: (),
}
"""From each state, the states that may follow."""
RUNNING = frozenset({S.EXECUTING, S.ON_HOLD, S.CLOSING})
"""States in which a project may not be deleted: work is being done under it."""
NO_FLOAT = str(WrittenDuration())


class IllegalStep(Conflict):
    """The state machine has no such step; `legal` lists those that it has."""

    slug, title = "illegal-step", "There is no such step from here"


def check_step(one: str, at: str, to: str, steps: Mapping[Any, Sequence[str]]) -> None:
    """Raise IllegalStep unless a record (`one`: with its article) may go from a state to another; to stay where it is is no step."""
    legal = steps[at]
    if to != at and to not in legal:
        message = f"{one.capitalize()} that is {at} cannot become {to}; legal: {', '.join(legal) or 'nothing'}."
        raise IllegalStep(message, legal=list(legal))


class ConditionsUnmet(Conflict):
    """The step is legal, but what it asks for is not there yet; `unmet` lists it."""

    slug, title = "conditions-unmet", "Something is missing for this step"

    @classmethod
    def of(cls, one: str, to: str, unmet: Sequence[str]) -> "ConditionsUnmet":
        """one: the record with its article."""
        return cls(f"To be {to}, {one} needs: {', '.join(unmet).replace('_', ' ')}.", unmet=[*unmet])


class ProjectClosed(Conflict):
    """A closed or cancelled project is a record of what was: nothing in it changes any more."""

    slug, title = "project-closed", "The project is closed"


class Project(Record, table=True):
    """The consistency boundary: every write in it locks this row, and `revision` counts those writes."""

    __tablename__ = "projects"
    __table_args__ = (
        UniqueConstraint("organization_id", "key"),
        UniqueConstraint("organization_id", "external_source", "external_id", name="uq_projects_external_ref"),
        ForeignKeyConstraint(
            ["id", "calendar_id"],
            ["calendars.project_id", "calendars.id"],
            name="fk_projects_calendar_id",
            use_alter=True,  # a calendar belongs to its project, and the project works by it
        ),
    )

    key: str
    name: str
    purpose: str
    scope: str
    success_criteria: str
    manager: str
    sponsor: str
    state: ProjectStatus = Field(sa_type=words(ProjectStatus))
    granularity: Granularity = Field(sa_type=words(Granularity))
    currency: str
    calendar_id: UUID | None = None
    minutes_per_day: int = Field(default=MINUTES_PER_DAY, sa_type=MINUTES)
    """What `P1D` stands for where no other calendar applies."""
    start: date = Field(sa_type=WRITTEN_DATE)
    deadline: date | None = Field(default=None, sa_type=WRITTEN_DATE)
    data_date: date | None = Field(default=None, sa_type=WRITTEN_DATE)
    tolerances: dict[str, Any] = Field(default_factory=dict, sa_type=DOCUMENT)
    risk_matrix: dict[str, Any] = Field(default_factory=dict, sa_type=DOCUMENT)
    management_reserve: Decimal | None = Field(default=None, sa_type=AMOUNT)
    progress_logic: ProgressLogic = Field(default=ProgressLogic.RETAINED, sa_type=words(ProgressLogic))
    critical_float: str = NO_FLOAT
    """As it was written: its days are those of the calendar that the project works by."""
    updated_at: datetime = Field(sa_type=INSTANT)

    def step(self, to: ProjectStatus) -> None:
        """Go to another state. Raises IllegalStep."""
        check_step("a project", self.state, to, STEPS)
        self.state = to

    def refused_dates(self, dates: Mapping[str, date | None]) -> list[FieldError]:
        """What is wrong with the dates (JSON pointer → date): a project planned by the day knows no time of day."""
        if self.granularity is Granularity.MINUTE:
            return []
        message = "This project plans in days: write the date without a time."
        return [
            FieldError(location="body", pointer=pointer, rule="day_granularity", message=message)
            for pointer, value in dates.items()
            if isinstance(value, datetime)
        ]

    def check(self) -> None:
        """Raise InvalidRequest for values that do not go together."""
        dates = {"/start": self.start, "/deadline": self.deadline, "/data_date": self.data_date}
        if errors := [*self.refused_dates(dates), *self._refused_tolerances()]:
            raise InvalidRequest(errors[0].message, errors=errors)

    def tolerate(self, change: Tolerances) -> None:
        """Merge a change into the tolerances, as JSON Merge Patch merges objects."""
        sent = change.model_dump(mode="json", exclude_unset=True)
        self.tolerances = {name: value for name, value in (self.tolerances | sent).items() if value is not None}

    def rate_by(self, change: "RiskMatrixUpdate") -> None:
        """Merge a change into the risk matrix, as JSON Merge Patch merges objects. Raises InvalidRequest for scores that do not go together."""
        sent = change.model_dump(mode="json", exclude_unset=True)
        merged = {name: value for name, value in (self.risk_matrix | sent).items() if value is not None}
        usual = RiskMatrix()
        if merged.get("high_from", usual.high_from) <= merged.get("medium_from", usual.medium_from):
            raise invalid("/risk_matrix", "bands_order", "A high score is above a medium one.")
        self.risk_matrix = merged

    def reserve(self, money: Money | None) -> None:
        """Set the management reserve aside, or give it up. Raises InvalidRequest for another currency, and below zero."""
        if money is not None and money.currency != self.currency:
            raise invalid("/management_reserve/currency", "currency", f"This project counts in {self.currency}.")
        if money is not None and money.amount < 0:
            raise invalid("/management_reserve/amount", "amount_negative", "A reserve is not negative.")
        self.management_reserve = None if money is None else money.amount

    def call_critical(self, threshold: WrittenDuration) -> None:
        """Say up to how much float a task is critical."""
        self.critical_float = str(threshold)

    def _refused_tolerances(self) -> Iterator[FieldError]:
        tolerances = Tolerances.model_validate(self.tolerances)
        for name in ("cost", "risk"):
            money: Money | None = getattr(tolerances, name)
            if money is not None and money.currency != self.currency:
                message = f"This project counts in {self.currency}."
                yield FieldError(
                    location="body", pointer=f"/tolerances/{name}/currency", rule="currency", message=message
                )
            if money is not None and money.amount < 0:
                message = "A tolerance is not negative."
                yield FieldError(
                    location="body", pointer=f"/tolerances/{name}/amount", rule="amount_negative", message=message
                )

    def wire(self) -> ProjectState:
        """The project as events and answers show it."""
        return ProjectState(
            id=self.id,
            organization_id=self.organization_id,
            external_ref=self.external_ref,
            key=self.key,
            name=self.name,
            purpose=self.purpose,
            scope=self.scope,
            success_criteria=self.success_criteria,
            manager=self.manager,
            sponsor=self.sponsor,
            state=self.state,
            granularity=self.granularity,
            currency=self.currency,
            calendar_id=self.calendar_id,
            start=self.start,
            deadline=self.deadline,
            data_date=self.data_date,
            tolerances=Tolerances.model_validate(self.tolerances),
            risk_matrix=RiskMatrix.model_validate(self.risk_matrix),
            management_reserve=None
            if self.management_reserve is None
            else Money.of(self.management_reserve, self.currency),
            progress_logic=self.progress_logic,
            critical_float=WrittenDuration.parse(self.critical_float),
            revision=self.revision,
            created_at=self.created_at,
            updated_at=self.updated_at,
        )


class ProjectCreate(Shape):
    """What a new project is made of. Its granularity and its currency stay."""

    key: Key
    name: Name
    start: DayOrMoment
    deadline: DayOrMoment | None = None
    data_date: DayOrMoment | None = None
    currency: Currency
    granularity: Granularity = Granularity.DAY
    purpose: Text = ""
    scope: Text = ""
    success_criteria: Text = ""
    manager: Label = ""
    sponsor: Label = ""
    tolerances: Tolerances = Tolerances()
    risk_matrix: RiskMatrix = RiskMatrix()
    management_reserve: Money | None = None
    progress_logic: ProgressLogic = ProgressLogic.RETAINED
    critical_float: NonNegativeWrittenDuration = WrittenDuration()
    external_ref: ExternalRef | None = None


class RiskMatrixUpdate(Shape):
    """What changes of a risk matrix; what is left out stays, null is the usual."""

    probability_limits: ShareLimits | None = unset()
    cost_limits: ShareLimits | None = unset()
    delay_limits: DelayLimits | None = unset()
    medium_from: Score | None = unset()
    high_from: Score | None = unset()


class ProjectChange(Shape):
    """What a change request may change of its project: a JSON Merge Patch."""

    purpose: Text = unset()
    scope: Text = unset()
    success_criteria: Text = unset()
    start: DayOrMoment = unset()
    deadline: DayOrMoment | None = unset()
    calendar_id: Id | None = unset()
    tolerances: Tolerances = unset()
    management_reserve: Money | None = unset()


class ProjectUpdate(Shape):
    """What may change of a project: a JSON Merge Patch."""

    key: Key = unset()
    name: Name = unset()
    calendar_id: Annotated[Id | None, ShapeField(description="null: Monday to Friday, 09:00 to 17:00")] = unset()
    start: DayOrMoment = unset()
    deadline: DayOrMoment | None = unset()
    data_date: DayOrMoment | None = unset()
    state: Annotated[ProjectStatus, ShapeField(description="the next state; 409 names the legal ones")] = unset()
    purpose: Text = unset()
    scope: Text = unset()
    success_criteria: Text = unset()
    manager: Label = unset()
    sponsor: Label = unset()
    tolerances: Tolerances = unset()
    risk_matrix: RiskMatrixUpdate = unset()
    management_reserve: Money | None = unset()
    progress_logic: ProgressLogic = unset()
    critical_float: NonNegativeWrittenDuration = unset()
