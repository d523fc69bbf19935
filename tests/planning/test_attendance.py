"""Time that calendars share, against counting its minutes one by one."""

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from planning.attendance import SharedTime, absences, pauses
from planning.calendar import MON_TO_FRI, ROUND_THE_CLOCK, WorkCalendar
from planning.labour import HourlyRate, cost_of_work

HOUR = 60
MONDAY = MON_TO_FRI.day_start(date(2026, 3, 2))
END = MONDAY + 7 * 24 * HOUR
MORNINGS = WorkCalendar([[(8 * HOUR, 10 * HOUR), (11 * HOUR, 13 * HOUR)]] * 5 + [[]] * 2, {date(2026, 3, 4): []})
NIGHTS = WorkCalendar([[(0, 6 * HOUR), (22 * HOUR, 24 * HOUR)]] * 7)
CALENDARS = st.sampled_from([MON_TO_FRI, MORNINGS, NIGHTS, ROUND_THE_CLOCK])
INSTANTS = st.integers(MONDAY, END)


def works(calendar, minute):
    return calendar.worked(minute + 1) > calendar.worked(minute)


def shared(work, person, begin, end):
    return [minute for minute in range(begin, end) if works(work, minute) and works(person, minute)]


@given(CALENDARS, INSTANTS, INSTANTS)
def test_a_pause_is_where_nobody_works(calendar, one, other):
    begin, end = sorted((one, other))
    found = {minute for left, back in pauses(calendar, begin, end) for minute in range(left, back)}
    assert found == {minute for minute in range(begin, end) if not works(calendar, minute)}


@given(CALENDARS, CALENDARS, INSTANTS, INSTANTS, st.integers(0, 600))
def test_shared_time_is_what_both_work(work, person, one, other, minutes):
    begin, end = sorted((one, other))
    time = SharedTime(work, person, MONDAY, END)
    there = shared(work, person, begin, end)
    assert time.between(begin, end) == len(there)
    assert time.missed(begin, end) == work.between(begin, end) - len(there)
    if minutes <= len(there):
        assert time.add(begin, minutes) == (there[minutes - 1] + 1 if minutes else begin)


@given(st.lists(CALENDARS, max_size=3))
def test_somebody_is_away_where_one_of_several_is(people):
    first, last = MON_TO_FRI.worked(MONDAY), MON_TO_FRI.worked(END)
    found = absences(MON_TO_FRI, people, MONDAY, END)
    away = {position for begin, end in found for position in range(begin, end)}
    assert away == {
        position
        for position in range(first, last)
        if not all(works(person, MON_TO_FRI.start_of(position)) for person in people)
    }
    assert all(end < begin for (_, end), (begin, _) in pairwise(found))


def test_work_is_done_and_paid_while_who_does_it_is_there():
    rates = [HourlyRate(None, 100), HourlyRate(MON_TO_FRI.day_start(date(2026, 3, 3)) - 9 * HOUR, 120)]
    back = WorkCalendar([[(9 * HOUR, 17 * HOUR)]] * 5 + [[]] * 2, {date(2026, 3, 2): []})
    span = MONDAY, MON_TO_FRI.day_finish(date(2026, 3, 3))
    assert cost_of_work(16 * HOUR, 8 * HOUR, span, MON_TO_FRI, rates) == (8 * 100 + 8 * 120, 800)
    assert cost_of_work(16 * HOUR, 8 * HOUR, span, SharedTime(MON_TO_FRI, back, *span), rates) == (16 * 120, 960)
