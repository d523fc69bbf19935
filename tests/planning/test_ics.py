from datetime import date

import pytest

from planning.errors import TooManyOccurrences, UnreadableCalendarFile
from planning.ics import different_days

SHIFTS = [(9 * 60, 12 * 60), (13 * 60, 17 * 60)]
WEEK = [SHIFTS] * 5 + [[], []]
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def event(*lines: str, uid: str = "1", summary: str = "Closed") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{summary}", *lines, "END:VEVENT"])


def days_of(*events: str, first=FIRST, last=LAST):
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:tests", *events, "END:VCALENDAR", ""])
    return different_days(text.encode(), WEEK, first, last)


def dates(*events: str, **bounds):
    return [each.on.isoformat() for each in days_of(*events, **bounds)]


def test_whole_days_are_free_and_free_days_stay_as_they_are():
    found = days_of(event("DTSTART;VALUE=DATE:20260806", "DTEND;VALUE=DATE:20260811", summary="Works holiday"))
    assert [each.on.isoformat() for each in found] == ["2026-08-06", "2026-08-07", "2026-08-10"]
    assert {(each.name, each.shifts) for each in found} == {("Works holiday", ())}


def test_an_event_without_an_end_takes_its_day():
    assert dates(event("DTSTART;VALUE=DATE:20260806")) == ["2026-08-06"]


def test_timed_events_take_their_hours_out_of_the_shifts():
    meeting = event("DTSTART:20260302T110000", "DTEND:20260302T140000", summary="Meeting")
    party = event("DTSTART:20260302T160000", "DURATION:PT3H", uid="2", summary="Party")
    (day,) = days_of(meeting, party)
    assert day.shifts == ((9 * 60, 11 * 60), (14 * 60, 16 * 60))
    assert day.name == "Meeting, Party"


def test_an_event_over_night_takes_from_both_days():
    found = days_of(event("DTSTART:20260302T160000", "DTEND:20260303T100000"))
    assert [each.shifts for each in found] == [((540, 720), (780, 960)), ((600, 720), (780, 1020))]


def test_times_are_those_on_the_wall_of_the_events_zone():
    (day,) = days_of(
        event("DTSTART;TZID=America/New_York:20260302T090000", "DTEND;TZID=America/New_York:20260302T120000")
    )
    assert day.shifts == ((13 * 60, 17 * 60),)


def test_a_rule_is_expanded_within_the_days_that_are_asked_for():
    christmas = event("DTSTART;VALUE=DATE:20001225", "RRULE:FREQ=YEARLY")
    assert dates(christmas, first=date(2024, 1, 1), last=date(2026, 12, 31)) == [
        "2024-12-25",
        "2025-12-25",
        "2026-12-25",
    ]


def test_a_rule_ends_by_its_count_or_its_last_moment():
    assert dates(event("DTSTART;VALUE=DATE:20260302", "RRULE:FREQ=DAILY;COUNT=2")) == ["2026-03-02", "2026-03-03"]
    assert dates(event("DTSTART;VALUE=DATE:20260302", "RRULE:FREQ=DAILY;UNTIL=20260303")) == [
        "2026-03-02",
        "2026-03-03",
    ]
    # 22:00 in London is 23:00 in Berlin: the occurrence at 10:00 of that day is in.
    late = event(
        "DTSTART;TZID=Europe/Berlin:20260302T100000", "DURATION:PT1H", "RRULE:FREQ=DAILY;UNTIL=20260303T220000Z"
    )
    assert dates(late) == ["2026-03-02", "2026-03-03"]


def test_dates_are_added_and_left_out():
    found = dates(
        event(
            "DTSTART;VALUE=DATE:20260302",
            "RRULE:FREQ=WEEKLY;COUNT=3",
            "EXDATE;VALUE=DATE:20260309",
            "RDATE;VALUE=DATE:20260311",
        )
    )
    assert found == ["2026-03-02", "2026-03-11", "2026-03-16"]


def test_an_occurrence_that_was_moved_is_where_it_was_moved_to():
    weekly = event("DTSTART;VALUE=DATE:20260302", "RRULE:FREQ=WEEKLY;COUNT=2")
    moved = event("RECURRENCE-ID;VALUE=DATE:20260309", "DTSTART;VALUE=DATE:20260311")
    assert dates(weekly, moved) == ["2026-03-02", "2026-03-11"]


def test_what_is_cancelled_or_takes_no_time_counts_for_nothing():
    assert dates(event("DTSTART;VALUE=DATE:20260302", "STATUS:CANCELLED")) == []
    assert dates(event("DTSTART;VALUE=DATE:20260302", "TRANSP:TRANSPARENT")) == []


def test_days_beyond_those_asked_for_are_left_out():
    long = event("DTSTART;VALUE=DATE:20251229", "DTEND;VALUE=DATE:20260106")
    assert dates(long) == ["2026-01-01", "2026-01-02", "2026-01-05"]
    assert dates(event("DTSTART;VALUE=DATE:20270104")) == []


@pytest.mark.parametrize(
    "ics",
    [
        b"",
        b"\xff\xfe",
        b"Dear Ada,\r\n\r\nwe are closed in August.",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:soon\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    ],
)
def test_what_is_not_icalendar_is_refused(ics):
    with pytest.raises(UnreadableCalendarFile):
        different_days(ics, WEEK, FIRST, LAST)


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART;VALUE=DATE:20260302", "RRULE:FREQ=NEVER"),
        ("DTSTART;VALUE=DATE:20260302", "RRULE:COUNT=3"),
        ("DTSTART:20260302T090000", "RRULE:FREQ=SECONDLY"),
        ("DTSTART;VALUE=DATE:02020302", "RRULE:FREQ=DAILY"),
        ("DTSTART:20260302T090000", "DTEND:20260301T090000"),
        ("DTSTART;VALUE=DATE:20260302", "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260302"),
    ],
)
def test_what_cannot_be_told_in_days_is_refused(lines):
    with pytest.raises(UnreadableCalendarFile):
        days_of(event(*lines))


def test_more_occurrences_than_a_calendar_holds_are_refused():
    rules = [event("DTSTART;VALUE=DATE:19000101", "RRULE:FREQ=DAILY", uid="1")]
    with pytest.raises(TooManyOccurrences):
        days_of(*rules)
