"""The tasks that set when a project starts and finishes."""

from uuid import UUID

from planning import Plan, Schedule
from planning.reference import counting


def first_task(plan: Plan, schedule: Schedule) -> UUID:
    """The task that starts first; of several, the first of the plan, which has tasks."""
    return min((task.id for task in counting(plan.tasks)), key=lambda task_id: schedule.items[task_id].early_start)


def last_task(plan: Plan, schedule: Schedule) -> UUID:
    """The task that finishes last: at the end of the longest path."""
    if schedule.longest_path:
        return schedule.longest_path[-1]
    return max((task.id for task in counting(plan.tasks)), key=lambda task_id: schedule.items[task_id].early_finish)
