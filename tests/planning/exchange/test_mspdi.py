"""Reading Microsoft Project's XML: what every element means, what is reported, what is refused and where."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from tests.planning.exchange.files import calendar, exception, read, task, tasks

from planning.calendar import MON_TO_FRI
from planning.exchange import (
    Baseline,
    DocumentLink,
    Loss,
    Rate,
    ResourceKind,
    read_mspdi,
    work_calendar,
    write_mspdi,
)
from planning.instant import to_instant
from planning.plan import ConstraintType, LagCalendar, LinkType, Progress, SchedulingMode, TaskKind

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture(scope="module")
def footbridge():
    return read_mspdi((SAMPLES / "footbridge.xml").read_bytes())


class TestTheSample:
    def test_project(self, footbridge):
        project = footbridge[0].project
        assert project.name == "Footbridge over the mill stream"
        assert project.start == datetime.fromisoformat("2026-03-02T08:00")
        assert project.data_date == datetime.fromisoformat("2026-03-20T17:00")
        assert (project.calendar_id, project.currency, project.manager) == ("1", "EUR", "R. Lindqvist")

    def test_outline_and_kinds(self, footbridge):
        assert [(each.name, each.parent_id, each.kind) for each in footbridge[0].tasks] == [
            ("Abutments", None, TaskKind.SUMMARY),
            ("Dig", "1", TaskKind.TASK),
            ("Pour", "1", TaskKind.TASK),
            ("Cure", None, TaskKind.TASK),
            ("Steel", None, TaskKind.TASK),
            ("Open to the public", None, TaskKind.MILESTONE),
            ("Site office", None, TaskKind.LEVEL_OF_EFFORT),
        ]

    def test_progress_money_and_baselines(self, footbridge):
        dig, pour = footbridge[0].tasks[1:3]
        assert (dig.duration, dig.is_estimated, dig.work, dig.priority) == (4350, True, 8700, 800)
        assert (dig.cost, dig.actual_cost) == (Decimal(7250), Decimal("7312.50"))
        assert dig.actual_finish == datetime.fromisoformat("2026-03-13T12:00")
        assert dig.notes == "Mind the water main."
        assert dig.baselines == (
            Baseline(
                0,
                datetime.fromisoformat("2026-03-02T08:00"),
                datetime.fromisoformat("2026-03-12T17:00"),
                3840,
                7680,
                Decimal(6400),
            ),
            Baseline(3, datetime.fromisoformat("2026-03-02T08:00")),
        )
        assert (pour.percent_complete, pour.remaining, pour.actual_finish) == (25, 1080, None)
        assert (pour.constraint, pour.constraint_date) == (
            ConstraintType.SNET,
            datetime.fromisoformat("2026-03-16T08:00"),
        )
        assert pour.deadline == datetime.fromisoformat("2026-03-27T17:00")

    def test_manual_tasks_keep_their_dates(self, footbridge):
        opening = footbridge[0].tasks[5]
        assert (opening.mode, opening.planned_start) == (
            SchedulingMode.MANUAL,
            datetime.fromisoformat("2026-06-12T17:00"),
        )

    def test_links(self, footbridge):
        assert footbridge[0].links == (
            DocumentLink("2", "3", LinkType.FS, 0, LagCalendar.SUCCESSOR),
            DocumentLink("3", "4", LinkType.FS, 1440, LagCalendar.ROUND_THE_CLOCK),
            DocumentLink("4", "5", LinkType.SS, 5040, LagCalendar.SUCCESSOR),
            DocumentLink("4", "5", LinkType.FF, -960, LagCalendar.SUCCESSOR),
            DocumentLink("5", "6", LinkType.SF, 480, LagCalendar.SUCCESSOR),
        )

    def test_calendars_as_the_engine_sees_them(self, footbridge):
        document = footbridge[0]
        site, divers = work_calendar(document, "1"), work_calendar(document, "2")

        def minutes(of, day):
            begin = to_instant(day)
            return of.between(begin, begin + 1440)

        assert minutes(site, date(2026, 3, 3)) == 480  # a day that the file says nothing of
        assert minutes(site, date(2026, 3, 6)) == 240  # Friday
        assert minutes(site, date(2026, 4, 6)) == 0  # Easter
        assert minutes(site, date(2027, 5, 1)) == minutes(site, date(2026, 5, 1)) == 0  # every year
        assert minutes(site, date(2026, 5, 16)) == 17 * 60  # the crane week's Saturday, until midnight
        assert minutes(site, date(2026, 5, 23)) == 0
        assert minutes(divers, date(2026, 3, 3)) == 0  # no diving on Tuesdays
        assert minutes(divers, date(2026, 3, 6)) == 240  # else as the base
        assert minutes(divers, date(2026, 4, 6)) == 0

    def test_elapsed_durations_lie_on_a_calendar_of_every_minute(self, footbridge):
        cure = footbridge[0].tasks[3]
        assert cure.duration == 7 * 1440
        assert work_calendar(footbridge[0], cure.calendar_id).between(0, 1440) == 1440

    def test_resources_and_assignments(self, footbridge):
        masons, concrete, travel = footbridge[0].resources
        assert masons.rates == (
            Rate(None, Decimal(50), Decimal(75), Decimal(10)),
            Rate(date(2026, 7, 1), Decimal("52.5")),
        )
        assert (masons.max_units, masons.calendar_id, masons.group) == (2, "2", "Site")
        assert (concrete.kind, concrete.rates) == (ResourceKind.MATERIAL, (Rate(None, Decimal(140)),))
        assert travel.kind is ResourceKind.COST
        work, material = footbridge[0].assignments
        assert (work.task_id, work.resource_id, work.units, work.work, work.actual_work) == ("2", "1", 2, 8700, 8700)
        assert (material.units, material.work) == (35, None)

    def test_everything_that_is_not_kept_is_in_the_report(self, footbridge):
        assert {(each.loss, each.record, each.field, each.source_ids) for each in footbridge[1]} == {
            (Loss.CONVERTED, "calendar exception", "Type", ("1",)),
            (Loss.CONVERTED, "calendar", "WeekDays", ("1",)),
            (Loss.DROPPED, "project", "Name", ("",)),
            (Loss.DROPPED, "project", "FinishDate", ("",)),
            (Loss.DROPPED, "project", "DefaultStartTime", ("",)),
            (Loss.DROPPED, "task", "Task", ("0",)),
            (Loss.DROPPED, "task", "Task", ("8",)),
            (Loss.DROPPED, "task", "Permit number", ("2",)),
            (Loss.DROPPED, "task", "TotalSlack", ("2",)),
            (Loss.CONVERTED, "task", "DurationFormat", ("4",)),
            (Loss.CONVERTED, "link", "LinkLag", ("5",)),
            (Loss.DROPPED, "link", "PredecessorLink", ("6",)),
            (Loss.DROPPED, "resource", "Resource", ("0",)),
            (Loss.DROPPED, "rate", "RateTable", ("1",)),
            (Loss.DROPPED, "resource", "StandardRateFormat", ("1", "2")),
            (Loss.DROPPED, "resource", "AccrueAt", ("1",)),
            (Loss.DROPPED, "assignment", "TimephasedData", ("1",)),
            (Loss.DROPPED, "assignment", "Assignment", ("3",)),
        }


class TestNumbers:
    @pytest.mark.parametrize(("number", "kind"), [(0, "FF"), (1, "FS"), (2, "SF"), (3, "SS")])
    def test_link_types(self, number, kind):
        link = f"<PredecessorLink><PredecessorUID>1</PredecessorUID><Type>{number}</Type></PredecessorLink>"
        document, _ = read(tasks(task(""), task(link, 2)))
        assert document.links == (DocumentLink("1", "2", LinkType(kind)),)

    @pytest.mark.parametrize(
        ("number", "kind"), list(enumerate(["ASAP", "ALAP", "MSO", "MFO", "SNET", "SNLT", "FNET", "FNLT"]))
    )
    def test_constraints(self, number, kind):
        dated = "" if number < 2 else "<ConstraintDate>2026-03-02T08:00:00</ConstraintDate>"
        document, _ = read(tasks(task(f"<ConstraintType>{number}</ConstraintType>{dated}")))
        assert document.tasks[0].constraint is ConstraintType(kind)

    @pytest.mark.parametrize(
        ("lag", "unit", "minutes", "calendar"),
        [
            (4800, 3, 480, "successor"),
            (4800, 4, 480, "24h"),
            (-300, 5, -30, "successor"),
            (4800, 39, 480, "successor"),
            (14400, 40, 1440, "24h"),
            (24000, 9, 2400, "successor"),
            (192000, 12, 19200, "24h"),
            (25, 19, 240, "successor"),
            (-50, 52, -480, "24h"),
        ],
    )
    def test_lags(self, lag, unit, minutes, calendar):
        link = f"<PredecessorLink><PredecessorUID>1</PredecessorUID><LinkLag>{lag}</LinkLag><LagFormat>{unit}</LagFormat></PredecessorLink>"
        document, _ = read(tasks(task("<Duration>PT16H0M0S</Duration>"), task(link, 2)))
        assert (document.links[0].lag, document.links[0].lag_calendar) == (minutes, LagCalendar(calendar))

    @pytest.mark.parametrize("day", range(1, 8))
    def test_days_of_the_week_begin_on_sunday(self, day):
        times = "<WorkingTime><FromTime>01:00:00</FromTime><ToTime>02:30:00</ToTime></WorkingTime>"
        of_day = f"<DayType>{day}</DayType><DayWorking>1</DayWorking><WorkingTimes>{times}</WorkingTimes>"
        document, _ = read(calendar(f"<WeekDays><WeekDay>{of_day}</WeekDay></WeekDays>"))
        assert document.calendars[0].week.index(((60, 150),)) == (6, 0, 1, 2, 3, 4, 5)[day - 1]

    def test_fractions_of_a_minute_are_rounded_and_reported(self):
        document, report = read(tasks(task("<Duration>PT1H30M29S</Duration><Start>2026-03-02T08:00:31</Start>")))
        assert (document.tasks[0].duration, document.tasks[0].start) == (90, datetime.fromisoformat("2026-03-02T08:00"))
        assert {each.field for each in report} == {"Duration", "Start"}


class TestRecurrence:
    @pytest.mark.parametrize(
        ("inside", "days"),
        [
            ("<Type>1</Type>", None),
            ("<Type>9</Type>", None),
            ("<Type>1</Type><Period>7</Period>", ["03-02", "03-09", "03-16", "03-23", "03-30"]),
            (
                "<Type>6</Type><Period>1</Period><DaysOfWeek>20</DaysOfWeek>",
                ["03-03", "03-05", "03-10", "03-12", "03-17", "03-19", "03-24", "03-26", "03-31"],
            ),
            ("<Type>6</Type><Period>2</Period><DaysOfWeek>2</DaysOfWeek>", ["03-02", "03-16", "03-30"]),
            ("<Type>4</Type><Period>1</Period><MonthDay>31</MonthDay>", ["03-31"]),
            ("<Type>5</Type><Period>1</Period><MonthItem>7</MonthItem><MonthPosition>3</MonthPosition>", ["03-26"]),
            ("<Type>5</Type><Period>1</Period><MonthItem>8</MonthItem><MonthPosition>4</MonthPosition>", ["03-27"]),
            ("<Type>3</Type><Month>2</Month><MonthItem>1</MonthItem><MonthPosition>0</MonthPosition>", ["03-02"]),
            ("<Type>2</Type><Month>2</Month><MonthDay>17</MonthDay>", ["03-17"]),
            ("<Type>2</Type><Month>3</Month><MonthDay>17</MonthDay>", []),
            (
                "<Type>7</Type><Period>10</Period><EnteredByOccurrences>1</EnteredByOccurrences><Occurrences>2</Occurrences>",
                ["03-02", "03-12"],
            ),
            ("<Type>8</Type><Period>6</Period>", ["03-02", "03-10", "03-18", "03-26"]),
        ],
    )
    def test_the_days_within_march(self, inside, days):
        document, report = read(exception("2026-03-02", "2026-03-31", inside))
        found = document.calendars[0].exceptions
        if days is None:
            assert [(each.first, each.last) for each in found] == [(date(2026, 3, 2), date(2026, 3, 31))]
            assert report.of("calendar exception", "Type") == []
        else:
            assert [each.first.strftime("%m-%d") for each in found] == days
            assert all(each.first == each.last for each in found)

    def test_leap_days_come_every_four_years(self):
        document, _ = read(
            exception("2024-01-01", "2032-12-31", "<Type>2</Type><Month>1</Month><MonthDay>29</MonthDay>")
        )
        assert [each.first.year for each in document.calendars[0].exceptions] == [2024, 2028, 2032]

    def test_exceptions_of_old_files_are_days_of_type_0(self):
        day = "<WeekDay><DayType>0</DayType><DayWorking>1</DayWorking><TimePeriod><FromDate>2026-03-07T00:00:00</FromDate><ToDate>2026-03-07T23:59:00</ToDate></TimePeriod><WorkingTimes><WorkingTime><FromTime>08:00:00</FromTime><ToTime>12:00:00</ToTime></WorkingTime></WorkingTimes></WeekDay>"
        document, _ = read(calendar(f"<WeekDays>{day}</WeekDays>"))
        assert document.calendars[0].exceptions[0].shifts == ((480, 720),)


@pytest.mark.parametrize(
    ("inside", "logic", "minutes", "converted"),
    [
        ("<SplitsInProgressTasks>1</SplitsInProgressTasks>", Progress.RETAINED_LOGIC, None, []),
        ("<SplitsInProgressTasks>0</SplitsInProgressTasks>", Progress.OVERRIDE, None, ["SplitsInProgressTasks"]),
        (
            "<CriticalSlackLimit>2</CriticalSlackLimit><MinutesPerDay>360</MinutesPerDay>",
            *(None, 720, []),
        ),
        ("<CriticalSlackLimit>-1</CriticalSlackLimit>", None, 0, ["CriticalSlackLimit"]),
    ],
    ids=["split", "unsplit", "slack", "negative"],
)
def test_what_holds_started_work_and_what_is_critical(inside, logic, minutes, converted):
    document, report = read(inside)
    assert (document.project.progress_logic, document.project.critical_float) == (logic, minutes)
    assert [(each.loss, each.field) for each in report] == [(Loss.CONVERTED, field) for field in converted]
    again, _ = read_mspdi(write_mspdi(document)[0])
    assert again.project == document.project


def test_a_threshold_of_hours_has_no_place_in_a_file_of_project():
    document, _ = read("")
    written, report = write_mspdi(replace(document, project=replace(document.project, critical_float=300)))
    assert [(each.loss, each.record, each.field) for each in report] == [(Loss.DROPPED, "project", "critical_float")]
    assert read_mspdi(written)[0].project.critical_float is None


def test_an_empty_file_of_a_project_is_an_empty_document():
    document, report = read("")
    assert document.tasks == document.links == document.calendars == ()
    assert list(report) == []


def test_prefixed_names_are_read_alike():
    data = b'<p:Project xmlns:p="http://schemas.microsoft.com/project"><p:Name>N</p:Name></p:Project>'
    assert read_mspdi(data)[0].project.name == "N"


def test_the_default_week_is_that_of_project():
    document, _ = read(calendar(""))
    standard = work_calendar(document, "1")
    week = to_instant(date(2026, 3, 2))
    assert standard.between(week, week + 7 * 1440) == MON_TO_FRI.between(week, week + 7 * 1440) == 2400
