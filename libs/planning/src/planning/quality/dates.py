"""Checks of the dates: points 6, 7, 9 and 11 to 14."""

from dataclasses import replace

from planning.critical_path import schedule
from planning.limits import Limit, limit_of
from planning.plan import Task
from planning.quality.finding import (
    NO_BASELINE,
    NO_DATA_DATE,
    NO_DEADLINE,
    NOTHING_TO_CHECK,
    WORK_COMPLETE,
    Check,
    Finding,
    at_least,
    share_of,
    undefined,
)
from planning.quality.subject import Subject


def high_float(subject: Subject) -> Finding:
    """Incomplete tasks with much total float: often a link is missing."""
    days = subject.thresholds.high_float_days
    found = [
        task.id
        for task in subject.incomplete
        if subject.row(task).total_float > days * subject.calendar(task).minutes_per_day
    ]
    return share_of(Check.HIGH_FLOAT, found, len(subject.incomplete), subject.thresholds.high_float)


def negative_float(subject: Subject) -> Finding:
    """Incomplete tasks that come too late for a deadline or a constraint."""
    found = [task.id for task in subject.incomplete if subject.row(task).total_float < 0]
    return share_of(Check.NEGATIVE_FLOAT, found, len(subject.incomplete), subject.thresholds.negative_float)


def invalid_dates(subject: Subject) -> Finding:
    """Work still to do that is dated before the data date, and work done that is dated after it."""
    tasks = [task for task in subject.tasks if subject.data_date(task) is not None]
    if not tasks:
        return undefined(Check.INVALID_DATES, NO_DATA_DATE, subject.thresholds.invalid_dates)
    found = [task.id for task in tasks if _is_misdated(subject, task)]
    return share_of(Check.INVALID_DATES, found, len(tasks), subject.thresholds.invalid_dates)


def _is_misdated(subject: Subject, task: Task) -> bool:
    data_date, row = subject.data_date(task), subject.row(task)
    if data_date is None:
        return False
    actual = [at for at in (task.actual_start, task.actual_finish) if at is not None]
    if any(subject.is_after(task, at, data_date) for at in actual):
        return True
    planned = [row.early_start, row.early_finish][len(actual) :]
    return any(subject.is_after(task, data_date, at) for at in planned)


def missed_tasks(subject: Subject) -> Finding:
    """Of the tasks that the baseline has finished by the data date, those that finished or will finish after their baseline."""
    due = _due(subject)
    if isinstance(due, str):
        return undefined(Check.MISSED_TASKS, due, subject.thresholds.missed_tasks)
    found = [task.id for task, finish in due if subject.is_after(task, subject.row(task).early_finish, finish)]
    return share_of(Check.MISSED_TASKS, found, len(due), subject.thresholds.missed_tasks)


def bei(subject: Subject) -> Finding:
    """Baseline execution index: tasks complete, over tasks that the baseline has complete by the data date. ids: those that are not.

    Above 1 where work of the baseline was done before it was due. Tasks that are not in the baseline do not count.
    """
    limit = subject.thresholds.bei
    due = _due(subject)
    if isinstance(due, str):
        return undefined(Check.BEI, due, limit)
    if not due:
        return undefined(Check.BEI, NOTHING_TO_CHECK, limit)
    complete = [
        task for task in subject.tasks if task.id in (subject.baseline or ()) and task.actual_finish is not None
    ]
    late = [task.id for task, _ in due if task.actual_finish is None]
    return at_least(Check.BEI, len(complete), len(due), limit, late, len(due))


def _due(subject: Subject) -> list[tuple[Task, int]] | str:
    """The tasks that the baseline has finished by their data date, with that finish; or why that cannot be said."""
    if not subject.baseline:
        return NO_BASELINE
    dated = [(task, data_date) for task in subject.tasks if (data_date := subject.data_date(task)) is not None]
    if not dated:
        return NO_DATA_DATE
    return [
        (task, finish)
        for task, data_date in dated
        if (finish := subject.baseline.get(task.id)) is not None and not subject.is_after(task, finish, data_date)
    ]


def critical_path_test(subject: Subject) -> Finding:
    """Delay the first open work on the longest path by a lot: does the finish follow? The value is the part of the way that it does.

    A day is forgiven, where calendars differ. Constraints that hold a date and missing logic make it fail.
    """
    limit = subject.thresholds.critical_path_test
    work = {task.id: task for task in subject.incomplete if task.duration}
    if not work:
        return undefined(Check.CRITICAL_PATH_TEST, WORK_COMPLETE, limit)
    # Where the longest path holds no work, a date holds the finish: then the work with the least float is as near as any.
    nearest = min(work.values(), key=lambda task: subject.row(task).total_float)
    task = next((work[task_id] for task_id in subject.schedule.longest_path if task_id in work), nearest)
    calendar = subject.calendar(task)
    delay = subject.thresholds.test_delay_days * calendar.minutes_per_day
    left = limit_of(task, calendar, Limit(task.duration, 0, 0)).remaining
    delayed = replace(task, duration=task.duration + delay, remaining=left + delay)
    tasks = [delayed if other.id == task.id else other for other in subject.plan.tasks]
    after = schedule(replace(subject.plan, tasks=tasks))
    moved = calendar.between(subject.schedule.finish, after.finish)
    moved = delay if abs(moved - delay) <= calendar.minutes_per_day else moved
    finding = at_least(Check.CRITICAL_PATH_TEST, moved, delay, limit, (), 1)
    return finding if finding.passed else replace(finding, ids=(task.id,))


def cpli(subject: Subject) -> Finding:
    """Critical path length index: (what is left to the finish + float to the deadline) / what is left to the finish.

    Counted on the first project's calendar from its data date, or from the start. The deadline is the plan's, else that of its only
    project, else the baseline's finish. ids: the longest path, where the index is too low.
    """
    limit, plan = subject.thresholds.cpli, subject.plan
    if not subject.incomplete:
        return undefined(Check.CPLI, WORK_COMPLETE, limit)
    target = plan.deadline
    if target is None and len(plan.projects) == 1:
        target = plan.projects[0].deadline
    if target is None and subject.baseline:
        target = max(subject.baseline.values())
    if target is None:
        return undefined(Check.CPLI, NO_DEADLINE, limit)
    first = plan.projects[0]
    begin = subject.schedule.start if first.data_date is None else first.data_date
    left = first.calendar.between(begin, subject.schedule.finish)
    if left <= 0:
        return undefined(Check.CPLI, WORK_COMPLETE, limit)
    spare = first.calendar.between(subject.schedule.finish, target)
    finding = at_least(Check.CPLI, left + spare, left, limit, (), len(subject.schedule.longest_path))
    return finding if finding.passed else replace(finding, ids=tuple(subject.schedule.longest_path))
