"""Taking a levelling over: what it delays starts no earlier than it says."""

from uuid import UUID

from contracts.project_events.jobs import JobKind, JobStatus
from contracts.vocabulary import ConstraintType
from project_svc.jobs.models import Job
from project_svc.levelling.models import LevellingRead, NotLevelled, StaleLevelling, Taken
from project_svc.projects.locked import LockedProject
from project_svc.tasks.actions import update_task
from project_svc.tasks.models import Task, TaskUpdate


class Levelled:
    """A project whose levelling was taken over, as `conclude` shows it."""

    def __init__(self, project: LockedProject, held: list[UUID], left: list[UUID]) -> None:
        self._project = project
        self._held = held
        self._left = left

    @property
    def revision(self) -> int:
        """The project's revision."""
        return self._project.row.revision

    def wire(self) -> Taken:
        """What was taken over."""
        return Taken(revision=self.revision, held=self._held, left=self._left)


async def take_levelling(project: LockedProject, job_id: UUID) -> Levelled:
    """Hold each delayed task to its levelled start. Raises NotLevelled, StaleLevelling, and what changing a task raises."""
    found = await _result(project, job_id)
    if found.revision != project.revision - 1:
        raise StaleLevelling(f"It was levelled at revision {found.revision}; it is at {project.revision - 1} now.")
    held, left = [], []
    for each in found.moved:
        if not each.is_takeable:
            left.append(each.task_id)
            continue
        task = await project.load(Task, each.task_id)
        hold = TaskUpdate.model_validate({"constraint": {"type": ConstraintType.SNET, "date": each.start}})
        await update_task(project, task, hold)
        held.append(each.task_id)
    return Levelled(project, held, left)


async def _result(project: LockedProject, job_id: UUID) -> LevellingRead:
    job = await project.session.get(Job, job_id)
    if job is None or job.kind is not JobKind.LEVELLING or job.project_id != project.id:
        raise NotLevelled("This is no levelling of this project.")
    if job.state is not JobStatus.SUCCEEDED:
        raise NotLevelled(f"The job is {job.state}.")
    return LevellingRead.model_validate(job.result)
