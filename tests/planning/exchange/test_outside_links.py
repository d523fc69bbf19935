"""Links to tasks of other projects, as Project writes them: by a row that stands for the other task, or by its path alone."""

from dataclasses import replace

import pytest
from tests.planning.exchange.files import read, task, tasks

from planning.exchange import (
    Document,
    DocumentProject,
    DocumentTask,
    NotWritable,
    OtherEnd,
    OutsideLink,
    read_mspdi,
    write_mspdi,
)
from planning.exchange.mspdi.outside import Outside, outside_of, path_of
from planning.plan import LagCalendar, LinkType

ROW = (
    "<Task><UID>9</UID><Name>Track laid</Name><OutlineLevel>1</OutlineLevel><ExternalTask>1</ExternalTask>"
    r"<ExternalTaskProject>C:\plans\track.mpp\7</ExternalTaskProject>{links}</Task>"
)
INTO = (
    "<PredecessorLink><PredecessorUID>{uid}</PredecessorUID><Type>1</Type><CrossProject>{cross}</CrossProject>{name}"
    "<LinkLag>4800</LinkLag><LagFormat>7</LagFormat></PredecessorLink>"
)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (r"C:\plans\track.mpp\7", Outside("track", "7")),
        (r"track\7", Outside("track", "7")),
        (r"<>\Line 7\12", Outside("Line 7", "12")),
        ("/srv/plans/track.xml/7", Outside("track", "7")),
        (r"A/B\7", Outside("A/B", "7")),
        ("track.mpp", None),
        ("", None),
        (None, None),
    ],
)
def test_a_path_says_the_project_and_the_task(path, place):
    assert outside_of(path) == place
    if place is not None:
        assert outside_of(path_of(place)) == place


@pytest.mark.parametrize(
    ("row", "link"),
    [
        (ROW.format(links=""), INTO.format(uid=9, cross=0, name="")),
        (ROW.format(links=""), INTO.format(uid=9, cross=1, name=r"<CrossProjectName>track\7</CrossProjectName>")),
        ("", INTO.format(uid=7, cross=1, name=r"<CrossProjectName>C:\track.mpp\7</CrossProjectName>")),
    ],
    ids=["row", "row and path", "path"],
)
def test_a_predecessor_elsewhere_is_read(row, link):
    document, report = read(tasks(row + task(link, 2)))
    assert document.outside_links == (OutsideLink("2", "track", "7", OtherEnd.PREDECESSOR, LinkType.FS, 480),)
    assert (document.links, [each.source_id for each in document.tasks]) == ((), ["2"])
    assert not report.of("task", "Task")
    assert not report.of("link", "PredecessorLink")


def test_a_successor_elsewhere_is_read():
    document, _ = read(tasks(task("", 2) + ROW.format(links=INTO.format(uid=2, cross=0, name=""))))
    assert document.outside_links == (OutsideLink("2", "track", "7", OtherEnd.SUCCESSOR, LinkType.FS, 480),)


def test_what_does_not_say_where_it_leads_is_dropped_by_name():
    nowhere = INTO.format(uid=7, cross=1, name="")
    between = ROW.format(links=INTO.format(uid=77, cross=0, name=""))
    document, report = read(tasks(between + task(nowhere, 2)))
    assert document.outside_links == ()
    assert {finding.reason for finding in report.of("link", "PredecessorLink")} == {
        "a link to a task that is not in the project",
        "a link between tasks of other projects",
    }


LINKS = (
    OutsideLink("2", "track", "7", OtherEnd.PREDECESSOR, LinkType.SS, -240),
    OutsideLink("3", "track", "7", OtherEnd.PREDECESSOR, LinkType.FS, 60, LagCalendar.ROUND_THE_CLOCK),
    OutsideLink("3", "Line 7", "a-b", OtherEnd.SUCCESSOR, LinkType.FF),
)
PLAN = Document(
    DocumentProject("Depot"), (DocumentTask("2", "Dig", duration=480), DocumentTask("3", "Pour", duration=480)),
    outside_links=LINKS,
)  # fmt: skip


def test_what_was_written_is_read_again():
    data, losses = write_mspdi(PLAN)
    again, report = read_mspdi(data)
    assert set(again.outside_links) == set(LINKS)
    assert [each.source_id for each in again.tasks] == ["2", "3"]
    assert list(losses) == []
    assert not report.of("task", "Task")


def test_a_link_of_a_task_that_is_not_there_is_not_written():
    with pytest.raises(NotWritable):
        write_mspdi(replace(PLAN, outside_links=(replace(LINKS[0], task_id="77"),)))
