"""Document -> MSPDI -> document is the identity, and what other documents lose is reported."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from tests.planning.exchange.documents import documents

from planning.exchange import (
    Calendar,
    Document,
    DocumentLink,
    DocumentProject,
    DocumentTask,
    Loss,
    NotWritable,
    Rate,
    Resource,
    read_mspdi,
    write_mspdi,
)
from planning.plan import ConstraintType, LagCalendar, SchedulingMode, TaskKind

SAMPLES = Path(__file__).parent / "samples"
PROJECT = DocumentProject("P")


@pytest.mark.slow
@settings(max_examples=40)
@given(documents())
def test_a_document_comes_back_as_it_went(document):
    data, written = write_mspdi(document)
    by_hand = {
        task.source_id
        for task in document.tasks
        if task.mode is SchedulingMode.MANUAL
        and (task.planned_start, task.planned_finish, task.constraint_date) == (None, None, None)
    }
    assert {each.field for each in written} <= {"planned_start"}
    assert {source_id for each in written for source_id in each.source_ids} == by_hand, "Project would not move them"
    read, _ = read_mspdi(data)
    assert read == document


@pytest.mark.slow
@settings(max_examples=25)
@given(documents())
def test_the_same_document_gives_the_same_bytes(document):
    data, _ = write_mspdi(document)
    again, _ = read_mspdi(data)
    assert write_mspdi(again)[0] == data


def test_nothing_is_lost_on_what_was_read_once():
    document, _ = read_mspdi((SAMPLES / "footbridge.xml").read_bytes())
    data, written = write_mspdi(document)
    read, report = read_mspdi(data)
    assert read == document
    assert list(written) == []
    assert list(report) == []


def test_ids_that_are_no_numbers_are_numbered_and_reported():
    before, after = str(uuid4()), str(uuid4())
    tasks = (DocumentTask("7", "Kept"), DocumentTask(before, "B", guid=before), DocumentTask(after, "A", guid=after))
    data, report = write_mspdi(Document(PROJECT, tasks, (DocumentLink(before, after),)))
    read, _ = read_mspdi(data)
    assert [task.source_id for task in read.tasks] == ["7", "8", "9"]
    assert [task.guid for task in read.tasks] == [None, before, after]
    assert read.links == (DocumentLink("8", "9"),)
    (finding,) = report
    assert (finding.loss, finding.record, finding.field) == (Loss.CONVERTED, "task", "UID")
    assert finding.source_ids == (before, after)


def test_children_are_written_after_their_parents_wherever_they_stand():
    tasks = (
        DocumentTask("1", "Child", parent_id="2"),
        DocumentTask("2", "Above", TaskKind.SUMMARY),
        DocumentTask("3", "Other"),
    )
    read, _ = read_mspdi(write_mspdi(Document(PROJECT, tasks))[0])
    assert [(task.name, task.parent_id) for task in read.tasks] == [("Above", None), ("Child", "2"), ("Other", None)]


def test_lags_on_calendars_that_project_does_not_know_are_reported():
    tasks = (DocumentTask("1", "A"), DocumentTask("2", "B"))
    links = (
        DocumentLink("1", "2", lag=480, lag_calendar=LagCalendar.PROJECT),
        DocumentLink("1", "2", lag=0, lag_calendar=LagCalendar.PREDECESSOR),
    )
    _, report = write_mspdi(Document(PROJECT, tasks, links))
    (finding,) = report
    assert (finding.field, finding.source_ids) == ("lag_calendar", ("2",))


def test_as_late_as_possible_by_mode_is_written_as_the_constraint():
    late = DocumentTask("1", "A", mode=SchedulingMode.AUTO_ALAP)
    data, report = write_mspdi(Document(PROJECT, (late,)))
    read, _ = read_mspdi(data)
    assert read.tasks[0].constraint is ConstraintType.ALAP
    assert report.of("task", "ConstraintType")[0].loss is Loss.CONVERTED
    held = replace(late, constraint=ConstraintType.SNET, constraint_date=datetime.fromisoformat("2026-03-02T08:00"))
    assert write_mspdi(Document(PROJECT, (held,)))[1].of("task", "mode")[0].loss is Loss.DROPPED


def test_days_that_a_calendar_leaves_open_are_written_out_and_reported():
    data, report = write_mspdi(Document(PROJECT, calendars=(Calendar("1", "C"),)))
    read, _ = read_mspdi(data)
    assert read.calendars[0].week == (((480, 720), (780, 1020)),) * 5 + ((), ())
    assert len(report.of("calendar", "week")) == 1


def test_characters_that_xml_does_not_hold_are_left_out_and_reported():
    data, report = write_mspdi(Document(PROJECT, (DocumentTask("1", "bell\x07 and return\r"),)))
    read, _ = read_mspdi(data)
    assert read.tasks[0].name == "bell and return"
    assert len(report.of("task", "Name")) == 1


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (Document(PROJECT, (DocumentTask("1", "A"), DocumentTask("1", "B"))), "twice"),
        (Document(PROJECT, (DocumentTask("1", "A", parent_id="2"),)), "no summary"),
        (Document(PROJECT, (DocumentTask("1", "A", TaskKind.SUMMARY, parent_id="1"),)), "own ancestors"),
        (Document(PROJECT, (DocumentTask("1", "A"),), (DocumentLink("1", "2"),)), "not in the document"),
        (Document(PROJECT, (DocumentTask("1", "A"),), (DocumentLink("1", "1"),)), "linked to itself"),
        (Document(PROJECT, (DocumentTask("1", "A", TaskKind.MILESTONE, duration=5),)), "milestone with a duration"),
        (Document(PROJECT, (DocumentTask("1", "A", constraint=ConstraintType.MSO),)), "without a date"),
        (Document(PROJECT, (DocumentTask("1", "A", calendar_id="4"),)), "not in the document"),
        (Document(PROJECT, calendars=(Calendar("1", "C", base_id="2"),)), "not in the document"),
        (Document(PROJECT, resources=(Resource("1", " "),)), "no name"),
        (Document(PROJECT, resources=(Resource("1", "R", rates=(Rate(None, 1), Rate(None, 2))),)), "order"),
    ],
)
def test_documents_that_contradict_themselves_have_no_file(document, reason):
    with pytest.raises(NotWritable, match=reason):
        write_mspdi(document)
