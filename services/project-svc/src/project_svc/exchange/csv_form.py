"""Plans as a table: one task a row, with its predecessors and resources; one resource a row; and one row for the project itself.

Only tasks need rows, and of the columns only `id` and `name`. Durations, lags and work are in days of eight hours.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
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
    WorkMode,
)
from planning.plan import ConstraintType, LagCalendar, LinkType, SchedulingMode, TaskKind
from project_svc.exchange.csv_columns import COLUMNS, FORMULAS, NEEDED, NO, OUTSIDE, PROJECT, YES
from project_svc.exchange.csv_resources import KINDS, ResourceRows

# 12, 12SS, 12FS+P2D, 12FF-PT4H, 12FS+P1D 24h, TRACK\12FS
_LINK = re.compile(
    r"\s*(?P<id>.+?)\s*(?P<type>FS|SS|FF|SF)?"
    r"\s*(?:(?P<sign>[+-])\s*(?P<lag>P[0-9DTHMW]+)(?:\s+(?P<calendar>predecessor|successor|project|24h))?)?\s*"
)
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,10})?")


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
    project = _project([each for each in read if each[1].get("kind") == PROJECT], name)
    read = [each for each in read if each[1].get("kind") not in {*KINDS, PROJECT}]
    tasks = _in_outline([_task(line, values) for line, values in read])
    known = {task.source_id for task in tasks}
    links = [link for line, values in read for link in _links(line, values, known)]
    assignments = tuple(
        assignment
        for line, values in read
        for assignment in resources.assignments(line, values["id"], values.get("resources", ""), _duration)
    )
    document = Document(
        project,
        tasks,
        tuple(link for link in links if isinstance(link, DocumentLink)),
        (),
        tuple(resources.known.values()),
        assignments,
        tuple(link for link in links if isinstance(link, OutsideLink)),
    )
    return document, report


def _values(line: int, row: Mapping[str, Any]) -> dict[str, str]:
    if None in row:
        raise MalformedDocument("the row has more values than the heading", line)
    return {name: _plain(value or "") for name, value in row.items()}


def _project(rows: list[tuple[int, dict[str, str]]], name: str) -> DocumentProject:
    """What the table's row for the project says; without one, its name alone is known."""
    if len(rows) > 1:
        raise MalformedDocument("two rows are about the project", rows[1][0])
    for line, values in rows:
        return DocumentProject(
            values["name"] or name,
            _moment("start", line, values),
            _moment("data_date", line, values),
            currency=values.get("currency") or None,
            manager=values.get("manager") or None,
            guid=values.get("guid") or None,
        )
    return DocumentProject(name)


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
        _duration("remaining", line, values["remaining"]) if values.get("remaining") else None,
        mode=_word(SchedulingMode, "mode", line, values.get("mode") or SchedulingMode.AUTO_ASAP),
        work_mode=_word(WorkMode, "work_mode", line, values.get("work_mode") or WorkMode.FIXED_UNITS),
        start=_moment("start", line, values),
        finish=_moment("finish", line, values),
        planned_start=_moment("planned_start", line, values),
        planned_finish=_moment("planned_finish", line, values),
        constraint=constraint,
        constraint_date=_moment("constraint_date", line, values),
        deadline=_moment("deadline", line, values),
        actual_start=_moment("actual_start", line, values),
        actual_finish=_moment("actual_finish", line, values),
        percent_complete=_percent(line, values.get("percent_complete") or "0"),
        notes=values.get("notes", ""),
        is_active=_flag("active", line, values.get("active") or YES),
        guid=values.get("guid") or None,
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


def _flag(column: str, line: int, value: str) -> bool:
    if value not in {YES, NO}:
        raise BadValue(column, line, value, f"{YES} or {NO}")
    return value == YES


def _percent(line: int, value: str) -> Decimal:
    if not _PERCENT.fullmatch(value) or Decimal(value) > 100:
        raise BadValue("percent_complete", line, value, "a number from 0 to 100")
    return Decimal(value)


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
        calendar = LagCalendar(found["calendar"] or LagCalendar.SUCCESSOR)
        if found["id"] in tasks:
            yield DocumentLink(found["id"], values["id"], kind, lag, calendar)
        else:
            yield OutsideLink(values["id"], project, task_id, OtherEnd.PREDECESSOR, kind, lag, calendar)


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
