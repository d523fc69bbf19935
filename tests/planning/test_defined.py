import json
from datetime import date, timedelta

import pytest

from planning import MON_TO_FRI, InvalidCalendar, WorkCalendar
from planning.defined import WEEKDAYS, calendar_of
from planning.instant import to_instant

NINE_TO_FIVE = [{"from": "09:00", "to": "17:00"}]
WEEK = dict.fromkeys(WEEKDAYS[:5], NINE_TO_FIVE)


def defined(week=WEEK, exceptions=(), days_off=(), minutes_per_day=480):
    return calendar_of(json.dumps([week, list(exceptions), list(days_off)]), minutes_per_day)


def works_on(calendar: WorkCalendar, on: date) -> int:
    """Working minutes of a day."""
    return calendar.between(to_instant(on), to_instant(on + timedelta(days=1)))


def test_the_standard_week_is_the_standard_calendar():
    assert defined() == MON_TO_FRI
    assert defined(WEEK | {"saturday": []}) == MON_TO_FRI


def test_the_same_text_is_the_same_calendar():
    assert defined() is defined()


def test_a_shift_may_last_until_midnight():
    night = defined({"monday": [{"from": "22:00", "to": "24:00"}], "tuesday": [{"from": "00:00", "to": "06:00"}]})
    assert works_on(night, date(2026, 3, 2)) == 120
    assert works_on(night, date(2026, 3, 3)) == 360


def test_exceptions_come_before_days_off_and_these_before_the_week():
    holiday, bridge, extra = date(2026, 5, 14), date(2026, 5, 15), date(2026, 5, 16)
    calendar = defined(
        exceptions=[
            {"on": "2026-05-14", "to": None, "shifts": [{"from": "09:00", "to": "12:00"}]},
            {"on": "2026-05-15", "to": "2026-05-15"},
            {"on": "2026-05-16", "shifts": NINE_TO_FIVE},
        ],
        days_off=[{"on": "2026-05-14"}, {"on": "2026-05-01"}],
    )
    assert [works_on(calendar, on) for on in (holiday, bridge, extra, date(2026, 5, 1))] == [180, 0, 480, 0]


def test_a_stretch_counts_both_of_its_ends():
    calendar = defined(exceptions=[{"on": "2026-08-03", "to": "2026-08-14", "shifts": []}])
    assert calendar.between(to_instant(date(2026, 8, 1)), to_instant(date(2026, 8, 18))) == 480
    assert calendar.day_start(date(2026, 8, 3)) == to_instant(date(2026, 8, 17)) + 540


@pytest.mark.parametrize(
    ("week", "exceptions"),
    [
        ({}, []),
        ({"monday": [{"from": "09:00", "to": "12:00"}, {"from": "11:00", "to": "13:00"}]}, []),
        (WEEK, [{"on": "2026-08-14", "to": "2026-08-03"}]),
    ],
)
def test_what_is_no_calendar_is_refused(week, exceptions):
    with pytest.raises(InvalidCalendar):
        defined(week, exceptions)
