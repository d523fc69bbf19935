"""Codes of the work breakdown: `1`, `1.1`, `1.2` … A code that nobody wrote is computed: the parent's, and the next number below it.

A code is a name, so it stays when a sibling goes. It follows when the branch moves, or when a code above it changes; a code that somebody
wrote stays, and so does all below it. `wbs_number` is the last part of a code that continues its parent's, null for any other.
"""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from chassis.statements import fetch_row
from contracts.project_events import TaskState, TaskUpdated
from project_svc.projects.locked import LockedProject
from project_svc.tasks.models import Task

MOST_LETTERS = 200
MOST_DIGITS = 9
# One text for each, since an index finds `IS NULL` and `=`, but not what either may be.
LAST_AT_THE_TOP = "SELECT max(wbs_number) AS number FROM tasks WHERE project_id = $1 AND parent_id IS NULL"
LAST_BELOW = "SELECT max(wbs_number) AS number FROM tasks WHERE project_id = $1 AND parent_id = $2"
TAKEN = "SELECT FROM tasks WHERE project_id = $1 AND wbs_code = $2 AND wbs_code <> '' AND id <> $3"
NUMBERED_BELOW = text("""
    WITH RECURSIVE below (id) AS (
        SELECT id FROM tasks WHERE parent_id = :top AND wbs_number IS NOT NULL
        UNION ALL
        SELECT tasks.id FROM tasks JOIN below ON tasks.parent_id = below.id WHERE wbs_number IS NOT NULL
    )
    SELECT id FROM below
""")


async def encode(project: LockedProject, task: Task, parent: Task | None, free: int | None = None) -> None:
    """Give a task a code in its place if it has none, and see what number its code ends with.

    parent: where it is; None at the top. free: the number of that code, where it is known.
    """
    prefix = _prefix(parent)
    if not task.wbs_code and prefix is not None:
        number = free or await _free_number(project, task.id, parent, prefix)
        code = f"{prefix}{number}"
        task.wbs_code = code if len(code) <= MOST_LETTERS else ""
    task.wbs_number = _number(task.wbs_code, prefix)


async def follow_place(project: LockedProject, task: Task, before: TaskState, *, is_code_told: bool) -> None:
    """Let the code of a task that was moved follow its new place, unless somebody wrote it; an empty code is computed anew."""
    if task.parent_id == before.parent_id and task.wbs_code == before.wbs_code:
        return
    is_moved = task.parent_id != before.parent_id
    if not task.wbs_code and not is_moved and task.wbs_number is not None:
        task.wbs_code = before.wbs_code  # it is computed already
        return
    if not is_code_told and task.wbs_number is not None:
        task.wbs_code = ""
    parent = None if task.parent_id is None else await project.load(Task, task.parent_id)
    await encode(project, task, parent)


async def encode_below(project: LockedProject, top: Task) -> None:
    """Let the codes below a task follow its own, each with an event."""
    ids = (await project.session.execute(NUMBERED_BELOW, {"top": top.id})).scalars().all()
    if not ids:
        return
    found = (await project.session.scalars(select(Task).where(col(Task.id).in_(ids)))).all()
    below: dict[UUID | None, list[Task]] = {}
    for task in found:
        below.setdefault(task.parent_id, []).append(task)
    above = [(top.id, top.wbs_code)]
    while above:
        parent_id, code = above.pop()
        for task in sorted(below.get(parent_id, ()), key=lambda each: each.wbs_number or 0):
            before = task.wire()
            whole = f"{code}.{task.wbs_number}"
            task.wbs_code = whole if code and len(whole) <= MOST_LETTERS else ""
            project.changed(task, before, TaskUpdated)
            above.append((task.id, task.wbs_code))
    await project.session.flush()


def _prefix(parent: Task | None) -> str | None:
    """What the codes below a parent begin with; None where the parent itself has none."""
    if parent is None:
        return ""
    return f"{parent.wbs_code}." if parent.wbs_code else None


def _number(code: str, prefix: str | None) -> int | None:
    if prefix is None or not code.startswith(prefix):
        return None
    last = code.removeprefix(prefix)
    is_number = last.isascii() and last.isdigit() and len(last) <= MOST_DIGITS and not last.startswith("0")
    return int(last) if is_number else None


async def _free_number(project: LockedProject, task_id: UUID, parent: Task | None, prefix: str) -> int:
    """The number after the last sibling's, unless a code that somebody wrote elsewhere is in the way: then the next one that is free."""
    if parent is None:
        last = await fetch_row(project.session, LAST_AT_THE_TOP, project.id)
    else:
        last = await fetch_row(project.session, LAST_BELOW, project.id, parent.id)
    number = 1 if last is None or last["number"] is None else int(last["number"]) + 1
    while await fetch_row(project.session, TAKEN, project.id, f"{prefix}{number}", task_id) is not None:
        number += 1
    return number
