from datetime import UTC, date, datetime

import pytest

from planning.calendar import MON_TO_FRI, WorkCalendar
from planning.errors import InvalidCalendar, OutsideCalendar
from planning.instant import to_date, to_instant, to_moment

HOURS = [(9 * 60, 17 * 60)]
WEEK = [HOURS] * 5 + [[], []]
GOOD_FRIDAY = date(2026, 4, 3)
ROUND_THE_CLOCK = WorkCalendar([[(0, 1440)]] * 7, minutes_per_day=1440)


def moment(day, hour, minute=0):
    return to_instant(date(2026, 4, day)) + hour * 60 + minute


class TestInstants:
    def test_a_date_is_its_midnight(self):
        assert to_instant(date(1970, 1, 2)) == 1440
        assert to_instant(date(1969, 12, 31)) == -1440

    def test_moments_come_back_as_they_were(self):
        written = datetime.fromisoformat("1912-06-05T23:59")
        assert to_moment(to_instant(written)) == written

    def test_a_finish_at_midnight_belongs_to_the_day_that_ends(self):
        midnight = to_instant(date(2026, 4, 2))
        assert to_date(midnight, finish=True) == date(2026, 4, 1)
        assert to_date(midnight, finish=False) == date(2026, 4, 2)

    def test_zones_are_refused(self):
        with pytest.raises(ValueError, match="time zone"):
            to_instant(datetime(2026, 4, 1, tzinfo=UTC))


class TestWorkCalendar:
    def test_a_start_is_the_next_working_minute_and_a_finish_the_last_one(self):
        saturday = moment(4, 12)
        assert MON_TO_FRI.start_at_or_after(saturday) == moment(6, 9)
        assert MON_TO_FRI.finish_at_or_before(saturday) == moment(3, 17)
        assert MON_TO_FRI.start_at_or_after(moment(1, 17)) == moment(2, 9)
        assert MON_TO_FRI.finish_at_or_before(moment(2, 9)) == moment(1, 17)
        assert (
            MON_TO_FRI.start_at_or_after(moment(1, 12))
            == MON_TO_FRI.finish_at_or_before(moment(1, 12))
            == moment(1, 12)
        )

    def test_a_day_is_its_first_working_minute_for_a_start_and_its_last_for_a_finish(self):
        assert MON_TO_FRI.day_start(date(2026, 4, 2)) == moment(2, 9)
        assert MON_TO_FRI.day_finish(date(2026, 4, 2)) == moment(2, 17)
        assert MON_TO_FRI.day_start(date(2026, 4, 4)) == moment(6, 9)
        assert MON_TO_FRI.day_finish(date(2026, 4, 4)) == moment(3, 17)

    def test_adding_goes_from_starts_to_finishes_and_back(self):
        assert MON_TO_FRI.add(moment(2, 9), 960) == moment(3, 17)
        assert MON_TO_FRI.add(moment(3, 17), -960) == moment(2, 9)
        assert MON_TO_FRI.add(moment(4, 12), 0) == moment(4, 12)
        assert MON_TO_FRI.between(moment(2, 9), moment(6, 10)) == 1020
        assert MON_TO_FRI.between(moment(6, 10), moment(2, 9)) == -1020

    def test_exceptions_are_holidays_or_extra_days(self):
        calendar = WorkCalendar(WEEK, {GOOD_FRIDAY: [], date(2026, 4, 4): [(600, 720)]})
        assert calendar.add(moment(2, 9), 480) == moment(2, 17)
        assert calendar.add(moment(2, 9), 540) == moment(4, 11)
        assert calendar.add(moment(2, 9), 660) == moment(6, 10)

    def test_breaks_are_not_worked(self):
        calendar = WorkCalendar([[(540, 720), (780, 1080)]] * 5 + [[], []])
        assert calendar.add(moment(1, 9), 180) == moment(1, 12)
        assert calendar.add(moment(1, 9), 181) == moment(1, 13, 1)
        assert calendar.start_at_or_after(moment(1, 12, 30)) == moment(1, 13)
        assert calendar.finish_at_or_before(moment(1, 12, 30)) == moment(1, 12)

    def test_around_the_clock_every_minute_counts(self):
        assert ROUND_THE_CLOCK.add(moment(1, 0), 1440) == moment(2, 0)
        assert to_date(ROUND_THE_CLOCK.add(moment(1, 0), 1440), finish=True) == date(2026, 4, 1)

    def test_calendars_of_one_definition_are_equal(self):
        assert WorkCalendar(WEEK) == MON_TO_FRI
        assert hash(WorkCalendar(WEEK)) == hash(MON_TO_FRI)
        assert WorkCalendar(WEEK, {GOOD_FRIDAY: []}) != MON_TO_FRI
        assert WorkCalendar(WEEK, minutes_per_day=450) != MON_TO_FRI
        assert MON_TO_FRI != WEEK

    @pytest.mark.parametrize(
        "shifts",
        [WEEK[:6], [[]] * 7, [[(540, 540)]] * 7, [[(540, 720), (700, 800)]] * 7, [[(-1, 10)]] * 7, [[(0, 1441)]] * 7],
    )
    def test_what_cannot_be_worked_by_is_refused(self, shifts):
        with pytest.raises(InvalidCalendar):
            WorkCalendar(shifts)

    def test_a_day_without_minutes_is_refused(self):
        with pytest.raises(InvalidCalendar):
            WorkCalendar(WEEK, minutes_per_day=0)

    def test_exceptions_that_overlap_are_refused(self):
        with pytest.raises(InvalidCalendar):
            WorkCalendar(WEEK, {GOOD_FRIDAY: [(0, 10), (5, 20)]})

    def test_the_table_has_an_end_on_either_side(self):
        short = WorkCalendar(WEEK, first=date(2026, 4, 1), last=date(2026, 4, 8))
        assert short.add(moment(1, 9), 6 * 480) == moment(8, 17)
        assert short.worked(moment(9, 0)) == 6 * 480
        for beyond in (lambda: short.add(moment(1, 9), 6 * 480 + 1), lambda: short.day_start(date(2026, 3, 31))):
            with pytest.raises(OutsideCalendar):
                beyond()
        with pytest.raises(OutsideCalendar):
            short.start_at_or_after(moment(8, 17))
        with pytest.raises(OutsideCalendar):
            short.finish_at_or_before(moment(1, 9))
