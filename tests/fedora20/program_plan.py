"""A program file straight into planning, without any service: the dates that the services have to come to."""

from datetime import date
from uuid import NAMESPACE_URL, UUID, uuid5

import planning
from local_stack.program_file import Constraint, ProgramFile, Task
from planning import MON_TO_FRI, Schedule, ScheduledTask

ON_START = {"SNET", "SNLT", "MSO"}

Place = tuple[str, str]
"""A task's name in the file: project ref, task ref."""


def schedule_of(program: ProgramFile) -> tuple[dict[Place, ScheduledTask], Schedule]:
    """Every task's dates in the program's network: links and committed dependencies, no project deadlines."""
    plan = plan_of(program)
    computed = planning.schedule(plan)
    places = [(project.ref, task.ref) for project in program.projects for task in project.tasks]
    return {place: computed.items[task_id(*place)] for place in places}, computed


def plan_of(program: ProgramFile) -> planning.Plan:
    """The file's projects, tasks, links and committed dependencies as one plan on the Monday to Friday calendar."""
    projects, tasks, links = [], [], []
    for project in program.projects:
        projects.append(
            planning.Project(
                id=_id(project.ref),
                start=_start(project.start),
                deadline=None,
                data_date=None if project.data_date is None else _finish(project.data_date),
                calendar=MON_TO_FRI,
            )
        )
        tasks += [_task(project.ref, task) for task in project.tasks]
        for number, link in enumerate(project.links):
            ends = task_id(project.ref, link.from_), task_id(project.ref, link.to)
            name = _id(project.ref, "link", str(number))
            links.append(planning.Link(name, *ends, planning.LinkType(link.type), link.lag.minutes))
    for dependency in program.dependencies:
        if dependency.state == "committed":
            provider, receiver = dependency.provider, dependency.receiver
            ends = task_id(provider.project, provider.task), task_id(receiver.project, receiver.task)
            kind = planning.LinkType(dependency.type)
            links.append(planning.Link(_id(dependency.ref), *ends, kind, dependency.lag.minutes, is_dependency=True))
    deadline = program.program.deadline
    return planning.Plan(projects, tasks, links, None if deadline is None else _finish(deadline))


def task_id(project: str, task: str) -> UUID:
    """The id that a task has in the plan."""
    return _id(project, "task", task)


def _task(project: str, task: Task) -> planning.Task:
    return planning.Task(
        id=task_id(project, task.ref),
        project_id=_id(project),
        kind=planning.TaskKind(task.kind),
        duration=0 if task.duration is None else task.duration.minutes,
        remaining=None if task.remaining_duration is None else task.remaining_duration.minutes,
        parent_id=None if task.parent is None else task_id(project, task.parent),
        mode=planning.SchedulingMode(task.mode),
        constraint=None if task.constraint is None else _constraint(task.constraint),
        deadline=None if task.deadline is None else _finish(task.deadline),
        percent_complete=float(task.percent_complete or 0),
        actual_start=None if task.actual_start is None else _start(task.actual_start),
        actual_finish=None if task.actual_finish is None else _finish(task.actual_finish),
    )


def _constraint(constraint: Constraint) -> planning.Constraint:
    at = None
    if constraint.date is not None:
        at = _start(constraint.date) if constraint.type in ON_START else _finish(constraint.date)
    return planning.Constraint(planning.ConstraintType(constraint.type), at)


def _start(day: date) -> int:
    return MON_TO_FRI.day_start(day)


def _finish(day: date) -> int:
    return MON_TO_FRI.day_finish(day)


def _id(*parts: str) -> UUID:
    return uuid5(NAMESPACE_URL, "/".join(parts))
