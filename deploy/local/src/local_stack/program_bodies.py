"""From a record of a program file to the body of the API's POST that creates it: refs out, ids in, money with its currency."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from contracts.values import Money, Shape
from local_stack.program_file import (
    Actual,
    Alignment,
    BudgetLine,
    CheckIn,
    Dependency,
    End,
    Goal,
    KeyResult,
    Link,
    Program,
    Project,
    Risk,
    Task,
)

Body = dict[str, Any]
Ids = Mapping[str, Any]
"""The ids that the API gave, by ref; `{"ref": …}` for what the same batch creates."""
TaskIds = Mapping[tuple[str, str], str]
"""The ids of all tasks, by project ref and task ref."""


def program_body(source: str, program: Program) -> Body:
    """POST /programs."""
    return _said(program) | _named(source, program.key)


def project_body(source: str, project: Project) -> Body:
    """POST /projects."""
    content = {"ref", "tasks", "links", "budget", "risks"}
    return _said(project, content) | {"currency": project.currency} | _named(source, project.ref)


def task_body(source: str, project: Project, task: Task, ids: Ids) -> Body:
    """POST /projects/{id}/tasks, or an operation of a batch."""
    return (
        _said(task, {"ref", "parent"})
        | _id("parent_id", task.parent, ids)
        | _named(source, f"{project.ref}/{task.ref}")
    )


def link_body(link: Link, ids: Ids) -> Body:
    """POST /projects/{id}/links, or an operation of a batch."""
    return _said(link, {"from_", "to"}) | {"predecessor_id": ids[link.from_], "successor_id": ids[link.to]}


def budget_line_body(source: str, project: Project, line: BudgetLine, ids: Ids) -> Body:
    """POST /projects/{id}/budget/lines, or an operation of a batch."""
    return _of_project(source, project, line, ids) | _money("amount", line.amount, project)


def actual_body(source: str, project: Project, actual: Actual, ids: Ids) -> Body:
    """POST /projects/{id}/budget/actuals, or an operation of a batch."""
    return _of_project(source, project, actual, ids) | _money("amount", actual.amount, project)


def risk_body(source: str, project: Project, risk: Risk, ids: Ids) -> Body:
    """POST /projects/{id}/risks, or an operation of a batch."""
    body = _of_project(source, project, risk, ids) | _money("cost_impact", risk.cost_impact, project)
    return body | {"kind": risk.kind}


def dependency_body(source: str, dependency: Dependency, projects: Ids, tasks: TaskIds) -> Body:
    """POST /programs/{id}/dependencies."""

    def end(named: End) -> Body:
        return {"project_id": projects[named.project], "task_id": tasks[named.project, named.task]}

    ends = {"provider": end(dependency.provider), "receiver": end(dependency.receiver)}
    return _said(dependency, {"ref", "state"}) | ends | _named(source, dependency.ref)


def goal_body(source: str, goal: Goal, goals: Ids) -> Body:
    """POST /goals."""
    content = {"ref", "parent", "key_results", "alignments"}
    return _said(goal, content) | _id("parent_id", goal.parent, goals) | _named(source, goal.ref)


def key_result_body(source: str, goal: Goal, result: KeyResult) -> Body:
    """POST /goals/{id}/key-results."""
    return _said(result, {"ref", "check_ins"}) | {"kind": result.kind} | _named(source, f"{goal.ref}/{result.ref}")


def check_in_body(source: str, goal: Goal, result: KeyResult, check_in: CheckIn) -> Body:
    """POST /key-results/{id}/check-ins."""
    return _said(check_in, {"ref"}) | _named(source, f"{goal.ref}/{result.ref}/{check_in.ref}")


def alignment_body(alignment: Alignment, goal_id: str, projects: Ids, tasks: TaskIds) -> Body:
    """POST /alignments."""
    body = _said(alignment, {"project", "milestone"}) | {"goal_id": goal_id, "project_id": projects[alignment.project]}
    if alignment.milestone is not None:
        body["milestone_task_id"] = tasks[alignment.project, alignment.milestone]
    return body


def _said(record: Shape, without: Collection[str] = ()) -> Body:
    """What the file says itself, so that the API's own defaults hold for the rest."""
    return record.model_dump(mode="json", exclude=set(without), exclude_unset=True)


def _named(source: str, name: str) -> Body:
    return {"external_ref": {"source": source, "id": name}}


def _id(member: str, ref: str | None, ids: Ids) -> Body:
    return {} if ref is None else {member: ids[ref]}


def _of_project(source: str, project: Project, record: BudgetLine | Actual | Risk, ids: Ids) -> Body:
    """What a record of a project's budget or risks says, its task by id."""
    said = _said(record, {"ref", "task"})
    return said | _id("task_id", record.task, ids) | _named(source, f"{project.ref}/{record.ref}")


def _money(member: str, amount: Decimal, project: Project) -> Body:
    return {member: Money(amount=amount, currency=project.currency).model_dump(mode="json")}
