"""Whether the refs of a program file name something, once, and of the right sort."""

from collections.abc import Iterable, Iterator, Mapping

from contracts.vocabulary import TaskKind
from local_stack.json_lines import Path
from local_stack.program_file import Dependency, Goal, ProgramFile, Project

Fault = tuple[Path, str]
"""Where in the document, and what is wrong there."""


def broken_references(program: ProgramFile) -> Iterator[Fault]:
    """Every ref that stands twice, that names nothing, and every circle of parents."""
    projects = {project.ref: project for project in program.projects}
    goals = {goal.ref: goal for goal in program.goals}
    yield from _twice(("projects",), "ref", (project.ref for project in program.projects))
    yield from _twice(("projects",), "key", (project.key for project in program.projects))
    yield from _twice(("dependencies",), "ref", (dependency.ref for dependency in program.dependencies))
    yield from _twice(("goals",), "ref", (goal.ref for goal in program.goals))
    for index, project in enumerate(program.projects):
        yield from _in_project(("projects", index), project)
    for index, dependency in enumerate(program.dependencies):
        yield from _in_dependency(("dependencies", index), dependency, projects)
    yield from _circles(("goals",), {goal.ref: goal.parent for goal in program.goals})
    for index, goal in enumerate(program.goals):
        yield from _in_goal(("goals", index), goal, goals, projects)


def _in_project(at: Path, project: Project) -> Iterator[Fault]:
    tasks = {task.ref: task for task in project.tasks}
    yield from _twice((*at, "tasks"), "ref", (task.ref for task in project.tasks))
    yield from _twice((*at, "budget", "lines"), "ref", (line.ref for line in project.budget.lines))
    yield from _twice((*at, "budget", "actuals"), "ref", (actual.ref for actual in project.budget.actuals))
    yield from _twice((*at, "risks"), "ref", (risk.ref for risk in project.risks))
    for index, task in enumerate(project.tasks):
        where = (*at, "tasks", index, "parent")
        yield from _unknown(where, task.parent, tasks, f"task of project {project.ref}")
        if task.parent in tasks and tasks[task.parent].kind is not TaskKind.SUMMARY:
            yield where, f"{task.parent} is not a summary"
    yield from _circles((*at, "tasks"), {task.ref: task.parent for task in project.tasks})
    named = [
        *(((*at, "links", index, "from"), link.from_) for index, link in enumerate(project.links)),
        *(((*at, "links", index, "to"), link.to) for index, link in enumerate(project.links)),
        *(((*at, "budget", "lines", index, "task"), line.task) for index, line in enumerate(project.budget.lines)),
        *(
            ((*at, "budget", "actuals", index, "task"), spent.task)
            for index, spent in enumerate(project.budget.actuals)
        ),
        *(((*at, "risks", index, "task"), risk.task) for index, risk in enumerate(project.risks)),
    ]
    for index, link in enumerate(project.links):
        if link.from_ == link.to:
            yield (*at, "links", index, "to"), "a task cannot wait for itself"
    for where, ref in named:
        yield from _unknown(where, ref, tasks, f"task of project {project.ref}")


def _in_dependency(at: Path, dependency: Dependency, projects: Mapping[str, Project]) -> Iterator[Fault]:
    for name, end in (("provider", dependency.provider), ("receiver", dependency.receiver)):
        yield from _unknown((*at, name, "project"), end.project, projects, "project")
        if end.project in projects:
            tasks = {task.ref for task in projects[end.project].tasks}
            yield from _unknown((*at, name, "task"), end.task, tasks, f"task of project {end.project}")
    if dependency.provider.project == dependency.receiver.project:
        yield (*at, "receiver", "project"), "both ends are in one project; that is a link, not a dependency"


def _in_goal(at: Path, goal: Goal, goals: Mapping[str, Goal], projects: Mapping[str, Project]) -> Iterator[Fault]:
    yield from _unknown((*at, "parent"), goal.parent, goals, "goal")
    yield from _twice((*at, "key_results"), "ref", (result.ref for result in goal.key_results))
    yield from _twice((*at, "alignments"), "project", (alignment.project for alignment in goal.alignments))
    for index, result in enumerate(goal.key_results):
        yield from _twice((*at, "key_results", index, "check_ins"), "ref", (check.ref for check in result.check_ins))
    for index, alignment in enumerate(goal.alignments):
        where = (*at, "alignments", index)
        yield from _unknown((*where, "project"), alignment.project, projects, "project")
        if alignment.project in projects:
            tasks = {task.ref for task in projects[alignment.project].tasks}
            yield from _unknown(
                (*where, "milestone"), alignment.milestone, tasks, f"task of project {alignment.project}"
            )


def _twice(at: Path, member: str, values: Iterable[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield (*at, index, member), f"{value} stands twice in this list"
        seen.add(value)


def _unknown(at: Path, ref: str | None, known: Iterable[str], what: str) -> Iterator[Fault]:
    if ref is not None and ref not in known:
        yield at, f"there is no {what} called {ref}"


def _circles(at: Path, parents: Mapping[str, str | None]) -> Iterator[Fault]:
    """One fault for each record whose chain of parents comes back to itself."""
    for index, ref in enumerate(parents):
        above, steps = parents[ref], 0
        while above is not None and above != ref and steps < len(parents):
            above, steps = parents.get(above), steps + 1
        if above == ref:
            yield (*at, index, "parent"), f"{ref} is its own parent, directly or in a circle"
