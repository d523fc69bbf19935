"""What a file says that its tasks cost, as budget lines."""

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from sqlmodel import col, select

from contracts.values import Money
from planning.exchange import DocumentTask
from planning.plan import TaskKind
from project_svc.budgets.actions import create_budget_line, update_budget_line
from project_svc.budgets.models import BudgetLine, BudgetLineCreate, BudgetLineUpdate
from project_svc.imports.fitting import UNNAMED
from project_svc.imports.writing import LONGEST_NAME, Writer, about
from project_svc.records import table_of


async def write_costs(writer: Writer) -> None:
    """The cost of each task as a budget line. In a file that was written from the project it is the sum of the task's lines."""
    known = (await writer.known(table_of(BudgetLine))).named
    lines = await _lines(writer) if writer.is_own else {}
    for task in writer.document.tasks:
        has_line = task.source_id in known or bool(lines.get(writer.tasks[task.source_id]))
        if task.cost is None or task.kind is TaskKind.SUMMARY or not (task.cost or has_line):
            continue
        with about("task", task.source_id, task.name):
            if writer.is_own and has_line:
                await _write_sum(writer, task, lines)
            else:
                await _write_line(writer, task, known.get(task.source_id))


async def _lines(writer: Writer) -> Mapping[UUID | None, list[BudgetLine]]:
    """The lines that an export sums up, by their task."""
    found = select(BudgetLine).where(
        col(BudgetLine.project_id) == writer.project.id,
        col(BudgetLine.task_id).is_not(None),
        col(BudgetLine.contingency).is_(False),
    )
    lines: dict[UUID | None, list[BudgetLine]] = defaultdict(list)
    for line in await writer.project.session.scalars(found.order_by(col(BudgetLine.id))):
        lines[line.task_id].append(line)
    return lines


async def _write_sum(writer: Writer, task: DocumentTask, lines: Mapping[UUID | None, list[BudgetLine]]) -> None:
    """A sum that differs changes the one line that there is; of several nobody knows which one is meant."""
    own = lines[writer.tasks[task.source_id]]
    if task.cost is None or sum(line.amount for line in own) == task.cost:
        for _ in own:
            writer.count("budget_lines", is_changed=False)
    elif len(own) > 1:
        reason = "the task has several budget lines, and the file says their sum alone"
        writer.report.dropped("task", "cost", task.source_id, reason)
    else:
        body = BudgetLineUpdate(amount=Money.of(task.cost, writer.project.row.currency))
        await update_budget_line(writer.project, own[0], body)
        writer.count("budget_lines", is_changed=True)


async def _write_line(writer: Writer, task: DocumentTask, line_id: UUID | None) -> None:
    amount = Money.of(task.cost or 0, writer.project.row.currency)
    name = task.name.strip()[:LONGEST_NAME] or UNNAMED
    if line_id is None:
        body = BudgetLineCreate(
            name=name, amount=amount, task_id=writer.tasks[task.source_id], external_ref=writer.ref(task.source_id)
        )
        await create_budget_line(writer.project, body)
        writer.counted["budget_lines"]["created"] += 1
    else:
        line = await writer.project.find(BudgetLine, line_id)
        await update_budget_line(writer.project, line, BudgetLineUpdate(name=name, amount=amount))
        writer.count("budget_lines", is_changed=line.revision == writer.project.revision)
