"""Plans as a table: one task a row, with its predecessors and resources; then one resource a row. What a table has no place for (calendars, baselines) is not in it."""

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
    OtherEnd,
    OutsideLink,
    UnknownReference,
)
from planning.plan import ConstraintType, LinkType, TaskKind
from project_svc.exchange.csv_resources import KINDS, ResourceRows, resource_row, shown_assignments

COLUMNS = (
    *("id", "name", "kind", "parent", "wbs", "duration", "start", "finish", "predecessors", "constraint"),
    *("constraint_date", "deadline", "percent_complete", "actual_start", "actual_finish", "notes"),
    *("resources", "units", "rate"),
)
OUTSIDE = "\\"
"""Between the name of another project and a task's id there."""
NEEDED = ("id", "name")
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the beginning of a text."""

# 12, 12SS, 12FS+P2D, 12FF-PT4H, TRACK\12FS
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
    read = [(line, _values(line, row)) for line, row in enumerate(rows, start=2)]
    resources = ResourceRows(each for each in read if each[1].get("kind") in KINDS)
    read = [each for each in read if each[1].get("kind") not in KINDS]
    tasks = _in_outline([_task(line, values) for line, values in read])
    known = {task.source_id for task in tasks}
    links = [link for line, values in read for link in _links(line, values, known)]
    assignments = tuple(
        assignment
        for line, values in read
        for assignment in resources.assignments(line, values["id"], values.get("resources", ""), _duration)
    )
    document = Document(
        DocumentProject(name),
        tasks,
        tuple(link for link in links if isinstance(link, DocumentLink)),
        (),
        tuple(resources.known.values()),
        assignments,
        tuple(link for link in links if isinstance(link, OutsideLink)),
    )
    return document, report


def write_csv(document: Document) -> bytes:
    """A document as a table; what a spreadsheet would take for a formula has an apostrophe before it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    predecessors: dict[str, list[str]] = {}
    for successor, before, link in _told_links(document):
        lag = str(Duration(abs(link.lag), document.project.minutes_per_day))
        shown = f"{before}{link.type.value}" + (f"{'-' if link.lag < 0 else '+'}{lag}" if link.lag else "")
        predecessors.setdefault(successor, []).append(shown)
    resources = shown_assignments(document)
    for task in document.tasks:
        row = _row(task, predecessors.get(task.source_id, []), document.project.minutes_per_day)
        writer.writerow(map(_shown, (*row, resources.get(task.source_id), None, None)))
    for resource in document.resources:
        written = resource_row(resource)
        writer.writerow(_shown(written.get(column)) for column in COLUMNS)
    return out.getvalue().encode("utf-8-sig")


def _told_links(document: Document) -> Iterator[tuple[str, str, DocumentLink | OutsideLink]]:
    """Each link beside the task that waits: (that task, what it waits for, the link)."""
    for link in document.links:
        yield link.successor_id, link.predecessor_id, link
    for outside in document.outside_links:
        if outside.other_end is OtherEnd.PREDECESSOR:
            yield outside.task_id, f"{outside.project}{OUTSIDE}{outside.other_task_id}", outside


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


def _values(line: int, row: Mapping[str, Any]) -> dict[str, str]:
    if None in row:
        raise MalformedDocument("the row has more values than the heading", line)
    return {name: _plain(value or "") for name, value in row.items()}


def _task(line: int, values: Mapping[str, str]) -> DocumentTask:
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


def _links(line: int, values: Mapping[str, str], tasks: set[str]) -> Iterator[DocumentLink | OutsideLink]:
    for text in filter(str.strip, values.get("predecessors", "").split(";")):
        found = _LINK.fullmatch(text)
        project, _, task_id = ("", "", "") if found is None else found["id"].rpartition(OUTSIDE)
        if found is None or (found["id"] not in tasks and not (project and task_id)):
            raise UnknownReference("predecessors", line, text.strip())
        lag = 0 if found["lag"] is None else _duration("predecessors", line, found["lag"])
        kind = LinkType(found["type"] or "FS")
        lag = -lag if found["sign"] == "-" else lag
        if found["id"] in tasks:
            yield DocumentLink(found["id"], values["id"], kind, lag)
        else:
            yield OutsideLink(values["id"], project, task_id, OtherEnd.PREDECESSOR, kind, lag)


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
