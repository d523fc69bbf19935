"""What the reader refuses, and how it names the place."""

import pytest
from tests.planning.exchange.files import calendar, exception, read, task, tasks

from planning.exchange import BadValue, MalformedDocument, TooLarge, UnknownReference, read_mspdi


class TestRefusals:
    @pytest.mark.parametrize(
        ("inside", "element"),
        [
            ("<Duration>eight hours</Duration>", "Task/Duration"),
            ("<Duration>P1D</Duration>", "Task/Duration"),
            ("<Duration>PT</Duration>", "Task/Duration"),
            ("<Duration>-PT8H0M0S</Duration>", "Task/Duration"),
            ("<Start>02.03.2026</Start>", "Task/Start"),
            ("<Start>2026-02-30T08:00:00</Start>", "Task/Start"),
            ("<Start>2026-03-02T08:00:00Z</Start>", "Task/Start"),
            ("<PercentComplete>101</PercentComplete>", "Task/PercentComplete"),
            ("<PercentComplete>1.5</PercentComplete>", "Task/PercentComplete"),
            ("<Cost>NaN</Cost>", "Task/Cost"),
            ("<Cost>1e400</Cost>", "Task/Cost"),
            ("<Milestone>yes</Milestone>", "Task/Milestone"),
            ("<ConstraintType>8</ConstraintType>", "Task/ConstraintType"),
            ("<ConstraintType>4</ConstraintType>", "Task/ConstraintDate"),
            ("<DurationFormat>6000</DurationFormat>", "Task/DurationFormat"),
            ("<DurationFormat>13</DurationFormat>", "Task/DurationFormat"),
            (
                "<ActualStart>2026-03-02T08:00:00</ActualStart><ActualFinish>2026-03-01T08:00:00</ActualFinish>",
                "Task/ActualFinish",
            ),
            ("<PredecessorLink><PredecessorUID>1</PredecessorUID></PredecessorLink>", "PredecessorLink/PredecessorUID"),
            ("<PredecessorLink><Type>1</Type></PredecessorLink>", "PredecessorLink/PredecessorUID"),
            ("<Baseline><Number>11</Number></Baseline>", "Baseline/Number"),
            ("<Baseline><Number>1</Number></Baseline><Baseline><Number>1</Number></Baseline>", "Task/Baseline/Number"),
        ],
    )
    def test_bad_values_are_named_with_their_line(self, inside, element):
        with pytest.raises(BadValue) as caught:
            read(f"\n{tasks(task(inside))}")
        assert caught.value.element == element
        assert caught.value.line == 2
        assert caught.value.element in str(caught.value)

    @pytest.mark.parametrize(
        "inside",
        [
            tasks(task("<PredecessorLink><PredecessorUID>9</PredecessorUID></PredecessorLink>")),
            tasks(task("<CalendarUID>9</CalendarUID>")),
            "<CalendarUID>9</CalendarUID>",
            calendar("<BaseCalendarUID>9</BaseCalendarUID>"),
            "<Resources><Resource><UID>1</UID><Name>R</Name><CalendarUID>9</CalendarUID></Resource></Resources>",
            f"{tasks(task(''))}<Assignments><Assignment><UID>1</UID><TaskUID>1</TaskUID><ResourceUID>9</ResourceUID></Assignment></Assignments>",
            "<Resources><Resource><UID>1</UID><Name>R</Name></Resource></Resources><Assignments><Assignment><UID>1</UID><TaskUID>9</TaskUID><ResourceUID>1</ResourceUID></Assignment></Assignments>",
        ],
    )
    def test_references_to_nothing(self, inside):
        with pytest.raises(UnknownReference) as caught:
            read(inside)
        assert caught.value.source_id == "9"

    @pytest.mark.parametrize(
        "inside",
        [
            calendar("<BaseCalendarUID>1</BaseCalendarUID>"),
            calendar("").replace("</Calendars>", "<Calendar><UID>1</UID></Calendar></Calendars>"),
            exception("2026-03-02", "2026-03-01", ""),
            calendar("<Exceptions><Exception><DayWorking>0</DayWorking></Exception></Exceptions>"),
            calendar(
                "<WeekDays><WeekDay><DayType>2</DayType><DayWorking>1</DayWorking><WorkingTimes><WorkingTime><FromTime>12:00:00</FromTime><ToTime>08:00:00</ToTime></WorkingTime></WorkingTimes></WeekDay></WeekDays>"
            ),
            calendar(
                "<WeekDays><WeekDay><DayType>2</DayType><DayWorking>1</DayWorking><WorkingTimes><WorkingTime><FromTime>25:00:00</FromTime><ToTime>08:00:00</ToTime></WorkingTime></WorkingTimes></WeekDay></WeekDays>"
            ),
            tasks(task(""), task("")),
            "<MinutesPerDay>0</MinutesPerDay>",
        ],
    )
    def test_records_that_contradict_themselves(self, inside):
        with pytest.raises(BadValue):
            read(inside)

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "No XML"),
            (b"PK\x03\x04", "No XML"),
            (b"<Project><Tasks></Project>", "Line 1: No XML"),
            (b"<Budget/>", "has to be <Project>"),
            (b"<!DOCTYPE Project><Project/>", "Document types and entities"),
            (
                b'<!DOCTYPE Project [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Project><Name>&b;</Name></Project>',
                "entities",
            ),
            (b'<!DOCTYPE Project SYSTEM "file:///etc/passwd"><Project/>', "entities"),
            (b'<?xml version="1.0" encoding="klingon"?><Project/>', "No XML"),
            (b"<Project>" + b"<A>" * 100 + b"</A>" * 100 + b"</Project>", "deep"),
        ],
    )
    def test_files_that_are_something_else(self, data, reason):
        with pytest.raises(MalformedDocument, match=reason):
            read_mspdi(data)

    def test_files_that_are_too_large(self):
        with pytest.raises(TooLarge) as caught:
            read_mspdi(b"<Project/>", limit=5)
        assert (caught.value.size, caught.value.limit) == (10, 5)
