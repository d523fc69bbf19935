"""What a write to one task will ask the database for, read on one way."""

from collections.abc import Set as AbstractSet
from functools import cache
from uuid import UUID

from chassis import rows
from chassis.problem import NotFound
from chassis.statements import fetch_row
from project_svc.projects.locked import LockedProject, Lone
from project_svc.schedule.alone import FACTS
from project_svc.tasks.models import SCHEDULED_FROM, Task

NEW = f"""
    SELECT facts.*, number, EXISTS (SELECT FROM tasks WHERE project_id = $1 AND wbs_code = number::text AND wbs_code <> '') AS is_taken
    FROM (SELECT coalesce(max(wbs_number), 0) + 1 AS number FROM tasks WHERE project_id = $1 AND parent_id IS NULL) AS next, {FACTS}
"""  # noqa: S608  (constants)


@cache
def _to_change() -> str:
    columns = rows.layout_of(Task).columns
    where = "tasks.project_id = $1 AND tasks.id = $2"
    assigned = "EXISTS (SELECT FROM assignments WHERE task_id = $2) AS is_assigned"
    return f"SELECT {columns}, facts.*, {assigned} FROM tasks, {FACTS} WHERE {where}"  # noqa: S608  (constants)


async def foresee_new(project: LockedProject, task: Task) -> int | None:
    """The number that the code of a new task will have at the top; None where that has to be looked for, as of a task with a code or elsewhere."""
    if not project.holds_back or task.wbs_code or task.parent_id is not None:
        return None
    facts = await fetch_row(project.session, NEW, project.id, task.id)
    project.lone = Lone(task, facts)
    return None if facts is None or facts["is_taken"] else int(facts["number"])


async def load_to_change(project: LockedProject, task_id: UUID, fields: AbstractSet[str]) -> Task:
    """A task of which some fields are to be changed. Raises NotFound, also for one of another project."""
    if not project.holds_back or fields.isdisjoint(SCHEDULED_FROM):
        return await project.load(Task, task_id)
    facts = await fetch_row(project.session, _to_change(), project.id, task_id)
    if facts is None:
        raise NotFound
    task = rows.of(Task, facts)
    project.lone = Lone(task, facts, is_assigned=facts["is_assigned"])
    return task
