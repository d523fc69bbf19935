from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from contracts.values import Day, DayOrMoment, Instant, Moment

DAY = TypeAdapter(Day)
MOMENT = TypeAdapter(Moment)
EITHER = TypeAdapter(DayOrMoment)
INSTANT = TypeAdapter(Instant)

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 12, 31, 23, 59)).map(  # noqa: DTZ001  (a moment of a plan has no zone)
    lambda moment: moment.replace(second=0, microsecond=0)
)


@given(DAYS)
def test_a_day_is_written_as_it_was_read(day):
    assert DAY.dump_json(day) == f'"{day.isoformat()}"'.encode()
    assert DAY.validate_json(DAY.dump_json(day)) == day


@given(DAYS | MOMENTS)
def test_a_day_stays_a_day_and_a_moment_a_moment(value):
    again = EITHER.validate_json(EITHER.dump_json(value))
    assert again == value
    assert type(again) is type(value)
    Draft202012Validator(EITHER.json_schema()).validate(EITHER.dump_python(value, mode="json"))


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_survives_the_wire_in_utc(instant):
    written = INSTANT.dump_python(instant, mode="json")
    assert written.endswith("Z")
    assert INSTANT.validate_python(written) == instant


def test_an_instant_of_another_zone_becomes_utc():
    assert (
        INSTANT.dump_python(INSTANT.validate_python("2026-03-02T09:30:00+02:00"), mode="json") == "2026-03-02T07:30:00Z"
    )
    elsewhere = datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert INSTANT.validate_python(elsewhere).isoformat() == "2026-03-02T14:30:00+00:00"


BAD_DAYS = [
    "2026-02-30",
    "2026-3-2",
    "20260302",
    "2026-W10-1",
    "2026-03-02T00:00",
    "2026-03-02T00:00:00Z",
    "2026-03-02\n",
    "٢٠٢٦-03-02",
    "",
    20260302,
    1_700_000_000,
    1.5,
    True,
    None,
    datetime(2026, 3, 2, tzinfo=UTC),
]


@pytest.mark.parametrize("value", BAD_DAYS)
def test_anything_but_a_calendar_day_is_refused_with_one_message(value):
    with pytest.raises(ValidationError) as caught:
        DAY.validate_python(value)
    (fault,) = caught.value.errors()
    assert (fault["type"], fault["msg"]) == ("date_format", "A date is a calendar day such as 2026-03-02")


@pytest.mark.parametrize(
    "value", ["2026-03-02", "2026-03-02T24:00", "2026-03-02T09:30:00", "2026-03-02T09:30Z", "2026-03-02 09:30", 0, None]
)
def test_anything_but_a_floating_minute_is_refused_with_one_message(value):
    with pytest.raises(ValidationError) as caught:
        MOMENT.validate_python(value)
    assert [fault["type"] for fault in caught.value.errors()] == ["moment_format"]


@pytest.mark.parametrize(
    "value",
    ["2026-03-02T09:30", "2026-03-02T09:30:00", "2026-03-02", "2026-13-02T09:30:00Z", "0001-01-01T00:00:00+23:59", 5],
)
def test_an_instant_needs_a_zone_and_a_real_date(value):
    with pytest.raises(ValidationError) as caught:
        INSTANT.validate_python(value)
    assert [fault["type"] for fault in caught.value.errors()] == ["instant_format"]


@pytest.mark.parametrize("value", ["1899-12-31", "2201-01-01", "0001-01-01", "9999-12-31"])
def test_a_plan_lies_between_1900_and_2200(value):
    for adapter, text in ((DAY, value), (EITHER, value), (EITHER, f"{value}T09:00"), (MOMENT, f"{value}T09:00")):
        with pytest.raises(ValidationError) as caught:
            adapter.validate_python(text)
        assert [fault["type"] for fault in caught.value.errors()] == ["date_out_of_range"]
