"""The tables of the replica. Plan dates stay as they were written (``2026-03-02`` or ``2026-03-02T10:00``): the form says
whether a day or a moment was meant, and the project's granularity and calendar turn it into an instant where it is used.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from program_svc.tables import METADATA, MINUTES, MONEY, NUMBER, ProgramTable


class Fact(ProgramTable):
    """One record of a project, as its last event left it."""

    id: UUID = Field(primary_key=True)
    organization_id: UUID
    project_id: UUID = Field(index=True)


class KnownProject(ProgramTable, table=True):
    """A project. ``revision`` is the last one that was applied here."""

    __tablename__ = "known_projects"
    __table_args__ = (Index("ix_known_projects_key", "organization_id", "key", "id"),)

    id: UUID = Field(primary_key=True)
    organization_id: UUID = Field(index=True)
    key: str
    name: str
    state: str
    start: str
    deadline: str | None = None
    data_date: str | None = None
    currency: str
    granularity: str
    calendar_id: UUID | None = None
    progress_logic: str = "retained"
    critical_float: str = "P0D"
    """As it was written: its days are those of the project's calendar."""
    revision: int = Field(sa_type=BigInteger)


class KnownCalendar(Fact, table=True):
    """A calendar of a project. ``definition``: see planning.defined."""

    __tablename__ = "known_calendars"

    minutes_per_day: int = Field(sa_type=MINUTES)
    definition: str


class KnownTask(Fact, table=True):
    """A task's raw schedule inputs. Durations are working minutes; ``percent_complete`` is 0 to 100."""

    __tablename__ = "known_tasks"

    parent_id: UUID | None = None
    calendar_id: UUID | None = None
    name: str
    kind: str
    duration: int = Field(sa_type=MINUTES)
    remaining_duration: int | None = Field(default=None, sa_type=MINUTES)
    mode: str
    constraint_type: str | None = None
    constraint_date: str | None = None
    deadline: str | None = None
    percent_complete: Decimal = Field(sa_type=NUMBER)
    actual_start: str | None = None
    actual_finish: str | None = None
    state: str


class KnownLink(Fact, table=True):
    """A link between two tasks of one project. ``lag`` is signed working minutes."""

    __tablename__ = "known_links"

    predecessor_id: UUID
    successor_id: UUID
    type: str
    lag: int = Field(sa_type=MINUTES)
    lag_calendar: str


class KnownBudgetLine(Fact, table=True):
    """A line of a project's budget, inside the baseline."""

    __tablename__ = "known_budget_lines"

    task_id: UUID | None = None
    amount: Decimal = Field(sa_type=MONEY)
    currency: str
    contingency: bool


class KnownActual(Fact, table=True):
    """An actual cost. Append-only: a correction is another entry."""

    __tablename__ = "known_actuals"

    task_id: UUID | None = None
    on: date
    amount: Decimal = Field(sa_type=MONEY)
    currency: str


class KnownRisk(Fact, table=True):
    """A risk. ``emv`` is signed: threats below zero, zero once it is no longer open; ``days_impact`` is working minutes."""

    __tablename__ = "known_risks"
    __table_args__ = (Index("ix_known_risks_emv", "organization_id", "emv", "id"),)

    task_id: UUID | None = None
    title: str
    kind: str
    is_open: bool
    probability: Decimal = Field(sa_type=NUMBER)
    cost_impact: Decimal = Field(sa_type=MONEY)
    currency: str
    days_impact: int = Field(sa_type=MINUTES)
    minutes_per_day: int = Field(sa_type=MINUTES)
    """What `P1D` stands for in the impact."""
    emv: Decimal = Field(sa_type=NUMBER)
    escalated: bool = False
    """Whether the project's manager has asked the program to take it over."""


class KnownIssue(Fact, table=True):
    """An issue. ``priority`` and ``state`` are the contract's words."""

    __tablename__ = "known_issues"

    title: str
    priority: str
    owner: str
    state: str
    escalated: bool
    due_on: date | None = None


class KnownBaseline(Fact, table=True):
    """A baseline of a project. ``points``: its planned value so far as JSON, a list of [day, amount]."""

    __tablename__ = "known_baselines"

    state: str
    of_revision: int = Field(sa_type=BigInteger)
    bac: Decimal = Field(sa_type=MONEY)
    currency: str
    start: str
    finish: str
    points: str


class KnownOutsideLink(Fact, table=True):
    """A link of an imported plan to a task of another project. ``lag`` is signed working minutes."""

    __tablename__ = "known_outside_links"

    task_id: UUID
    other_end: str
    other_project_id: UUID | None = None
    other_task_id: UUID | None = None
    type: str
    lag: int = Field(sa_type=MINUTES)


PROJECTS = METADATA.tables["known_projects"]
CALENDARS = METADATA.tables["known_calendars"]
TASKS = METADATA.tables["known_tasks"]
LINKS = METADATA.tables["known_links"]
BUDGET_LINES = METADATA.tables["known_budget_lines"]
ACTUALS = METADATA.tables["known_actuals"]
RISKS = METADATA.tables["known_risks"]
ISSUES = METADATA.tables["known_issues"]
BASELINES = METADATA.tables["known_baselines"]
OUTSIDE_LINKS = METADATA.tables["known_outside_links"]
