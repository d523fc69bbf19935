"""Where Interlock's dates for the Fedora 20 release differ from TaskJuggler's, and why, in working minutes.

Both sets of dates are put on one axis, the working minutes since the program's start (Monday to Friday, 09:00 to 17:00): a finish
on Friday 17:00 and a start on Monday 09:00 are the same place. A difference is then taken apart into *contributions*: what the
task brings in itself, for a reason that can be checked against the network, and what it takes over from the task that its rule
names. Whatever is left after that is unexplained, and the tests see to it that nothing is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from fedora20_network import FedoraTask, Network, Rule
from fedora20_program import covering_working_days, ref
from program_plan import Place

from planning import MON_TO_FRI, ScheduledTask, to_instant

ORIGIN = to_instant(date(2013, 5, 1))
MINUTES = 480
"""Working minutes a day."""
SUMMER_TIME_ENDS = timedelta(hours=1)
"""TaskJuggler counts elapsed hours; on the local clock a span may come out an hour short or long."""


class Reason(StrEnum):
    """Why a task brings in a difference of its own."""

    LATE = "as late as possible"
    CALENDAR_SPAN = "span in calendar days"
    CALENDAR_GAP = "gap in calendar days"
    OTHER_LENGTH = "TaskJuggler's span is not the stated length"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Dates:
    """Start and finish on the axis of working minutes."""

    start: int
    finish: int


@dataclass(slots=True)
class Difference:
    """What separates one task's dates from TaskJuggler's. `causes`: minutes by the task and reason that brought them in."""

    task: FedoraTask
    ours: Dates
    theirs: Dates
    causes: dict[tuple[str, Reason], int] = field(default_factory=dict)

    @property
    def is_none(self) -> bool:
        return self.ours == self.theirs

    def bring_in(self, reason: Reason, minutes: int) -> None:
        if minutes:
            self.causes[self.task.id, reason] = self.causes.get((self.task.id, reason), 0) + minutes


def axis(moment: datetime) -> int:
    """The place of a moment on the axis."""
    return MON_TO_FRI.between(ORIGIN, to_instant(moment))


def dates_of(network: Network, placed: Mapping[Place, ScheduledTask], *, scheduled: bool = False) -> dict[str, Dates]:
    """The early (or the scheduled) dates of every leaf, by id."""
    dates = {}
    for leaf in network.leaves:
        task = placed[leaf.project, ref(leaf.id)]
        ends = (task.scheduled_start, task.scheduled_finish) if scheduled else (task.early_start, task.early_finish)
        dates[leaf.id] = Dates(*(MON_TO_FRI.between(ORIGIN, end) for end in ends))
    return dates


def compare(network: Network, ours: Mapping[str, Dates]) -> dict[str, Difference]:
    """Every leaf's difference, by id, with its causes."""
    found: dict[str, Difference] = {}

    def difference_of(leaf: FedoraTask) -> Difference:
        if leaf.id not in found:
            rule = max(
                network.rules_into.get(leaf.id, ()), key=lambda rule: allowed(rule, ours[rule.before]), default=None
            )
            inherited = None if rule is None else difference_of(network.tasks[rule.before])
            found[leaf.id] = _difference(network, leaf, ours[leaf.id], rule, inherited)
        return found[leaf.id]

    for leaf in network.leaves:
        difference_of(leaf)
    return found


def _difference(
    network: Network, leaf: FedoraTask, ours: Dates, rule: Rule | None, inherited: Difference | None
) -> Difference:
    theirs = Dates(axis(leaf.planned_start), axis(leaf.planned_end))
    difference = Difference(leaf, ours, theirs)
    start = ours.start - theirs.start
    if leaf.id in network.late:
        difference.bring_in(Reason.LATE if _is_late(network, leaf) else Reason.UNEXPLAINED, start)
    elif rule is not None and inherited is not None:
        difference.causes |= inherited.causes
        own = start - (inherited.ours.finish - inherited.theirs.finish)
        is_gap = rule.gap.is_calendar and _lasts(
            network.tasks[rule.before].planned_end, leaf.planned_start, rule.gap.days
        )
        difference.bring_in(Reason.CALENDAR_GAP if is_gap else Reason.UNEXPLAINED, own)
    else:
        difference.bring_in(Reason.UNEXPLAINED, start)
    difference.bring_in(_reason_of_span(leaf, theirs), ours.finish - theirs.finish - start)
    return difference


def _is_late(network: Network, leaf: FedoraTask) -> bool:
    """Whether TaskJuggler put the task where one of those that it precedes leaves it no more room."""
    end = axis(leaf.planned_end)
    rules = [rule for rule in network.rules if rule.is_late and rule.before == leaf.id]
    return any(end + rule.gap.days * MINUTES == axis(network.tasks[rule.after].planned_start) for rule in rules)


def _reason_of_span(leaf: FedoraTask, theirs: Dates) -> Reason:
    if leaf.calendar_days is not None and _lasts(leaf.planned_start, leaf.planned_end, leaf.calendar_days):
        return Reason.CALENDAR_SPAN
    if leaf.working_days is not None and theirs.finish - theirs.start != leaf.working_days * MINUTES:
        return Reason.OTHER_LENGTH
    return Reason.UNEXPLAINED


def _lasts(begin: datetime, end: datetime, calendar_days: int) -> bool:
    return abs(end - begin - timedelta(days=calendar_days)) <= SUMMER_TIME_ENDS


def allowed(rule: Rule, before: Dates) -> int:
    """The first start that a rule allows, given the task that it waits for: once the gap is over.

    A gap in working days is that many. A gap in calendar days is kept as the working days that always cover it.
    """
    days = covering_working_days(rule.gap.days) if rule.gap.is_calendar else rule.gap.days
    return before.finish + days * MINUTES


def broken_start_rules(network: Network, ours: Mapping[str, Dates]) -> list[Rule]:
    """The start rules that dates do not keep: the task starts too early, or later than all rules that end at it ask for."""
    return [
        rule
        for rule in network.start_rules
        if ours[rule.after].start < allowed(rule, ours[rule.before])
        or ours[rule.after].start != max(allowed(other, ours[other.before]) for other in network.rules_into[rule.after])
    ]
