"""Plans as a table: one task a row, with its predecessors. What a table has no place for (calendars, baselines) is not in it."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from contracts.values import Duration
from planning.exchange import (
    BadValue,
    Document,
    DocumentLink,
    DocumentProject,
    DocumentTask,
    FidelityReport,
    MalformedDocument,
    UnknownReference,
)
from planning.plan import ConstraintType, LinkType, TaskKind

COLUMNS = (
    *("id", "name", "kind", "parent", "wbs", "duration", "start", "finish", "predecessors", "constraint"),
    *("constraint_date", "deadline", "percent_complete", "actual_start", "actual_finish", "notes"),
)
NEEDED = ("id", "name")
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the beginning of a text."""

# 12, 12SS, 12FS+P2D, 12FF-PT4H
_LINK = re.compile(r"\s*(?P<id>.+?)\s*(?P<type>FS|SS|FF|SF)?\s*(?:(?P<sign>[+-])\s*(?P<lag>P[0-9DTHMW]+))?\s*")


def read_csv(data: bytes, name: str) -> tuple[Document, FidelityReport]:
    """The document in a table: UTF-8, a heading, `,` or `;` between values. Raises BadValue, MalformedDocument, UnknownReference."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MalformedDocument("a table is written in UTF-8") from None
    heading = text.partition("\n")[0]
    table = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=";" if heading.count(";") > heading.count(",") else ",", strict=True
    )
    report = FidelityReport()
    try:
        rows = list(table)
    except csv.Error as error:
        raise MalformedDocument(f"the table is broken: {error}", table.line_num) from None
    given = [column for column in table.fieldnames or () if column]
    if missing := [column for column in NEEDED if column not in given]:
        raise MalformedDocument(f"the table has no column {missing[0]}", 1)
    for column in given:
        if column not in COLUMNS:
            report.dropped("task", column, "", "the table has no such column")
    tasks = _in_outline([_task(line, row) for line, row in enumerate(rows, start=2)])
    links = tuple(
        link for line, row in enumerate(rows, start=2) for link in _links(line, row, {t.source_id for t in tasks})
    )
    return Document(DocumentProject(name), tasks, links), report


def write_csv(document: Document) -> bytes:
    """A document as a table; what a spreadsheet would take for a formula has an apostrophe before it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    predecessors: dict[str, list[str]] = {}
    for link in document.links:
        lag = str(Duration(abs(link.lag), document.project.minutes_per_day))
        shown = f"{link.predecessor_id}{link.type.value}" + (f"{'-' if link.lag < 0 else '+'}{lag}" if link.lag else "")
        predecessors.setdefault(link.successor_id, []).append(shown)
    for task in document.tasks:
        writer.writerow(map(_shown, _row(task, predecessors.get(task.source_id, []), document.project.minutes_per_day)))
    return out.getvalue().encode("utf-8-sig")


def _row(task: DocumentTask, predecessors: list[str], day: int) -> Iterator[object]:
    yield from (task.source_id, task.name, task.kind.value, task.parent_id, task.wbs)
    yield str(Duration(task.duration, day)) if task.kind is not TaskKind.SUMMARY else None
    yield from (task.start, task.finish)
    yield ";".join(predecessors)
    yield None if task.constraint is ConstraintType.ASAP else task.constraint.value
    yield from (task.constraint_date, task.deadline, task.percent_complete, task.actual_start, task.actual_finish)
    yield task.notes


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    text = str(value)
    return f"'{text}" if text.startswith(FORMULAS) else text


def _task(line: int, row: Mapping[str, Any]) -> DocumentTask:
    if None in row:
        raise MalformedDocument("the row has more values than the heading", line)
    values = {name: _plain(value or "") for name, value in row.items()}
    source_id = values["id"]
    if not source_id:
        raise BadValue("id", line, "", "given")
    kind = _word(TaskKind, "kind", line, values.get("kind") or TaskKind.TASK)
    constraint = _word(ConstraintType, "constraint", line, values.get("constraint") or ConstraintType.ASAP)
    return DocumentTask(
        source_id,
        values["name"],
        kind,
        values.get("parent") or None,
        values.get("wbs", ""),
        _duration("duration", line, values.get("duration") or "P0D"),
        start=_moment("start", line, values),
        finish=_moment("finish", line, values),
        constraint=constraint,
        constraint_date=_moment("constraint_date", line, values),
        deadline=_moment("deadline", line, values),
        actual_start=_moment("actual_start", line, values),
        actual_finish=_moment("actual_finish", line, values),
        percent_complete=_percent(line, values.get("percent_complete") or "0"),
        notes=values.get("notes", ""),
    )


def _plain(value: str) -> str:
    """A value without the apostrophe that `write_csv` puts before formulas."""
    stripped = value.strip()
    return stripped[1:] if stripped.startswith("'") and stripped[1:].startswith(FORMULAS) else stripped


def _word(kind: Any, column: str, line: int, value: str) -> Any:
    try:
        return kind(value)
    except ValueError:
        raise BadValue(column, line, value, f"one of {', '.join(kind)}") from None


def _duration(column: str, line: int, value: str) -> int:
    try:
        return Duration.parse(value).minutes
    except ValueError:
        raise BadValue(column, line, value, "working time such as P5D or PT4H") from None


def _percent(line: int, value: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) > 100:
        raise BadValue("percent_complete", line, value, "a whole number from 0 to 100")
    return int(value)


def _moment(column: str, line: int, values: Mapping[str, str]) -> datetime | None:
    value = values.get(column, "")
    try:
        at = datetime.fromisoformat(value) if value else None
    except ValueError:
        at = None
        bad = True
    else:
        bad = at is not None and at.tzinfo is not None
    if bad:
        raise BadValue(column, line, value, "a day 2026-03-02 or a moment 2026-03-02T09:00, without a zone")
    return at


def _links(line: int, row: Mapping[str, Any], tasks: set[str]) -> Iterator[DocumentLink]:
    for text in filter(str.strip, (row.get("predecessors") or "").split(";")):
        found = _LINK.fullmatch(text)
        if found is None or found["id"] not in tasks:
            raise UnknownReference("predecessors", line, text.strip())
        lag = 0 if found["lag"] is None else _duration("predecessors", line, found["lag"])
        kind = LinkType(found["type"] or "FS")
        yield DocumentLink(found["id"], _plain(row["id"]), kind, -lag if found["sign"] == "-" else lag)


def _in_outline(tasks: list[DocumentTask]) -> tuple[DocumentTask, ...]:
    """Parents before their children. Raises MalformedDocument where ids are given twice, parents are missing, or are below themselves."""
    by_id = {task.source_id: task for task in tasks}
    if len(by_id) < len(tasks):
        twice = next(task.source_id for place, task in enumerate(tasks) if task is not by_id[task.source_id])
        raise MalformedDocument(f"two rows have the id {twice}")
    placed: dict[str, DocumentTask] = {}
    for task in tasks:
        line: list[DocumentTask] = []
        above: DocumentTask | None = task
        while above is not None and above.source_id not in placed:
            if above in line:
                raise MalformedDocument(f"the row {above.source_id} is its own ancestor")
            line.append(above)
            if above.parent_id is not None and above.parent_id not in by_id:
                raise MalformedDocument(f"the row {above.source_id} is below {above.parent_id}, which is not there")
            above = None if above.parent_id is None else by_id[above.parent_id]
        placed |= {each.source_id: each for each in reversed(line)}
    return tuple(placed.values())
