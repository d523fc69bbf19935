"""The open JSON program file, `interlock-program/1`: a whole program in one document (docs/program-file.md).

Records are named by the file's own `ref`s instead of ids: a task's `ref` is unique within its project, every other `ref`
within its list. Values and field names are those of the API; a field that is left out takes the API's default.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contracts.values import (
    Day,
    DayOrMoment,
    Duration,
    Key,
    Label,
    Name,
    NonNegativeDuration,
    Number,
    Percent,
    Probability,
    Shape,
    Text,
    Weight,
)
from contracts.values.money import Amount, Currency
from contracts.vocabulary import (
    ConstraintType,
    DependencyPolicy,
    Granularity,
    KeyResultKind,
    LinkType,
    RiskKind,
    RiskResponse,
    SchedulingMode,
    TaskKind,
)

Ref = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$")]
"""A name inside the file: letters, digits, `.`, `_` and `-`, at most 120 characters, nothing that a path would split."""


class Program(Shape):
    """The program itself."""

    key: Key
    name: Name
    purpose: Text | None = None
    deadline: Day | None = None


class Constraint(Shape):
    """A limit on a task's dates; `ASAP` and `ALAP` have no date."""

    type: ConstraintType
    date: DayOrMoment | None = None


class Task(Shape):
    """A task; `parent` is the ref of a summary of the same project that stands anywhere in the list."""

    ref: Ref
    name: Name
    kind: TaskKind = TaskKind.TASK
    parent: Ref | None = None
    duration: NonNegativeDuration | None = None
    remaining_duration: NonNegativeDuration | None = None
    mode: SchedulingMode = SchedulingMode.AUTO_ASAP
    constraint: Constraint | None = None
    deadline: DayOrMoment | None = None
    percent_complete: Percent | None = None
    actual_start: DayOrMoment | None = None
    actual_finish: DayOrMoment | None = None
    description: Text | None = None


class Link(Shape):
    """A link between two tasks of the project."""

    from_: Annotated[Ref, Field(alias="from")]
    to: Ref
    type: LinkType = LinkType.FS
    lag: Duration = Duration(0)


class BudgetLine(Shape):
    """A planned amount in the project's currency, for one task or for the whole project."""

    ref: Ref
    name: Name
    amount: Amount
    task: Ref | None = None
    contingency: bool = False


class Actual(Shape):
    """An amount spent, in the project's currency; `source` is the document that proves it."""

    ref: Ref
    on: Day
    amount: Amount
    task: Ref | None = None
    source: Label | None = None


class Budget(Shape):
    """What a project may cost and what it has cost."""

    lines: tuple[BudgetLine, ...] = ()
    actuals: tuple[Actual, ...] = ()


class Risk(Shape):
    """A threat or an opportunity; amounts are in the project's currency and not negative."""

    ref: Ref
    title: Name
    kind: RiskKind = RiskKind.THREAT
    probability: Probability
    cost_impact: Amount = Decimal(0)
    days_impact: NonNegativeDuration | None = None
    response: RiskResponse | None = None
    task: Ref | None = None


class Project(Shape):
    """A project with everything that it owns."""

    ref: Ref
    key: Key
    name: Name
    purpose: Text | None = None
    start: DayOrMoment
    deadline: DayOrMoment | None = None
    data_date: DayOrMoment | None = None
    currency: Currency = "EUR"
    granularity: Granularity = Granularity.DAY
    tasks: tuple[Task, ...] = ()
    links: tuple[Link, ...] = ()
    budget: Budget = Budget()
    risks: tuple[Risk, ...] = ()


class End(Shape):
    """One end of a dependency."""

    project: Ref
    task: Ref


class Dependency(Shape):
    """A dependency between two projects; it is loaded as proposed and, when it says so, committed by both ends."""

    ref: Ref
    provider: End
    receiver: End
    type: LinkType = LinkType.FS
    lag: Duration = Duration(0)
    policy: DependencyPolicy = DependencyPolicy.HARD
    needed_by: DayOrMoment | None = None
    acceptance_criterion: Text | None = None
    state: Literal["proposed", "committed"] = "committed"


class CheckIn(Shape):
    """A measured value of a key result."""

    ref: Ref
    on: Day
    value: Number


class KeyResult(Shape):
    """What is measured, from where to where."""

    ref: Ref
    name: Name
    kind: KeyResultKind = KeyResultKind.MAXIMIZE
    base: Number
    target: Number
    unit: Label = ""
    weight: Weight | None = None
    check_ins: tuple[CheckIn, ...] = ()


class Alignment(Shape):
    """A project that serves the goal, if need be through one of its milestones."""

    project: Ref
    weight: Weight | None = None
    milestone: Ref | None = None


class Goal(Shape):
    """A goal; `parent` is the ref of another goal that stands anywhere in the list."""

    ref: Ref
    name: Name
    parent: Ref | None = None
    weight: Weight | None = None
    due: Day | None = None
    key_results: tuple[KeyResult, ...] = ()
    alignments: tuple[Alignment, ...] = ()


class ProgramFile(Shape):
    """The whole document."""

    format: Literal["interlock-program/1"]
    source: Name
    """The `external_ref.source` of every record that is loaded from this file."""
    program: Program
    projects: tuple[Project, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    goals: tuple[Goal, ...] = ()
