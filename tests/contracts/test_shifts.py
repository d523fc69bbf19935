import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from contracts.values import HoursPerDay, Shifts, TimeOfDay, Week

SHIFTS = TypeAdapter(Shifts)
TIME = TypeAdapter(TimeOfDay)


@pytest.mark.parametrize(("text", "minutes"), [("00:00", 0), ("09:30", 570), ("23:59", 1439), ("24:00", 1440)])
def test_a_time_of_day_is_written_as_it_is_read(text, minutes):
    assert TIME.validate_python(text) == minutes
    assert TIME.dump_python(minutes) == text
    assert Draft202012Validator(TIME.json_schema()).is_valid(text)


@pytest.mark.parametrize("value", ["24:01", "25:00", "9:30", "09:60", "09:30:00", "noon", 570, None])
def test_anything_else_is_no_time_of_day(value):
    with pytest.raises(ValidationError) as caught:
        TIME.validate_python(value)
    assert caught.value.errors()[0]["type"] == "time_of_day"


def shift(begin, end):
    return {"from": begin, "to": end}


@pytest.mark.parametrize(
    ("shifts", "rule"),
    [
        ([shift("09:00", "12:00"), shift("11:00", "17:00")], "overlapping_shifts"),
        ([shift("13:00", "17:00"), shift("09:00", "12:00")], "overlapping_shifts"),
        ([shift("09:00", "09:00")], "empty_shift"),
        ([shift("22:00", "06:00")], "empty_shift"),
        ([shift(f"{hour:02}:00", f"{hour:02}:30") for hour in range(13)], "too_long"),
    ],
)
def test_shifts_that_make_no_day_are_refused(shifts, rule):
    with pytest.raises(ValidationError) as caught:
        SHIFTS.validate_python(shifts)
    assert [fault["type"] for fault in caught.value.errors()] == [rule]


def test_shifts_may_touch_and_a_day_left_out_is_free():
    week = Week.model_validate({"monday": [shift("00:00", "12:00"), shift("12:00", "24:00")]})
    assert [[each.minutes for each in day] for day in week.days] == [[(0, 720), (720, 1440)]] + [[]] * 6
    assert Week.model_validate(week.model_dump(mode="json")) == week


@pytest.mark.parametrize("hours", [0.5, 25, 7.99, True, "8"])
def test_hours_that_make_no_day_are_refused(hours):
    with pytest.raises(ValidationError):
        TypeAdapter(HoursPerDay).validate_python(hours)
