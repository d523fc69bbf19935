import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from contracts.values import (
    Duration,
    HoursPerDay,
    NonNegativeDuration,
    NonNegativeWrittenDuration,
    Shape,
    WrittenDuration,
)

DURATION = TypeAdapter(Duration)
WRITTEN = TypeAdapter(WrittenDuration)
NON_NEGATIVE = TypeAdapter(NonNegativeDuration)
MOST_MINUTES = 100_000 * 480


@given(st.integers(-MOST_MINUTES, MOST_MINUTES))
def test_any_duration_survives_the_wire(minutes):
    written = DURATION.dump_json(Duration(minutes))
    assert DURATION.validate_json(written) == Duration(minutes)


@given(st.integers(-MOST_MINUTES, MOST_MINUTES), st.integers(60, 1440))
def test_text_on_any_calendar_means_the_same_minutes(minutes, minutes_per_day):
    text = str(Duration(minutes, minutes_per_day))
    assert Duration.parse(text, minutes_per_day).minutes == minutes
    if minutes_per_day >= 480:  # a client writes no more days than 100,000
        assert WrittenDuration.parse(text).on(minutes_per_day).minutes == minutes


def test_what_is_too_long_on_its_calendar_is_refused():
    assert WrittenDuration(33_333).on(1440).minutes == 33_333 * 1440
    with pytest.raises(ValueError, match="at most"):
        WrittenDuration(33_334).on(1440)


@given(st.from_regex(DURATION.json_schema()["pattern"], fullmatch=True))
def test_what_the_schema_allows_is_read_unless_it_is_too_long(text):
    assert rules_broken_by(text) in ([], ["duration_out_of_range"])


def rules_broken_by(value):
    try:
        DURATION.validate_python(value)
    except ValidationError as error:
        return [fault["type"] for fault in error.errors()]
    return []


@pytest.mark.parametrize(
    ("text", "minutes", "canonical"),
    [
        ("P0D", 0, "P0D"),
        ("-P0D", 0, "P0D"),
        ("PT0M", 0, "P0D"),
        ("P5D", 2400, "P5D"),
        ("P1W", 2400, "P5D"),
        ("P1W2D", 3360, "P7D"),
        ("PT4H", 240, "PT4H"),
        ("PT8H", 480, "P1D"),
        ("PT90M", 90, "PT1H30M"),
        ("-P2D", -960, "-P2D"),
        ("-P1DT4H", -720, "-P1DT4H"),
        ("P100000D", MOST_MINUTES, "P100000D"),
    ],
)
def test_a_duration_is_written_in_one_form(text, minutes, canonical):
    assert DURATION.validate_python(text) == Duration(minutes)
    assert str(Duration(minutes)) == canonical


BAD = [
    "",
    "P",
    "PT",
    "P1DT",
    "5D",
    "P-5D",
    "+P5D",
    "P1.5D",
    "P1Y",
    "P1M",
    "PT5S",
    "p5d",
    " P5D",
    "P5D\n",
    "P\u0665D",
    "P1D\x00",
    5,
    5.0,
    True,
    None,
    [],
    {},
]


@pytest.mark.parametrize("value", BAD)
def test_anything_else_is_refused_with_one_message(value):
    with pytest.raises(ValidationError) as caught:
        DURATION.validate_python(value)
    (fault,) = caught.value.errors()
    assert fault["type"] == "duration_format"
    assert "duration" in fault["msg"]


@pytest.mark.parametrize("text", ["P100001D", "-P100001D", "P20001W", "PT800001H", "PT48000001M"])
def test_more_than_100000_days_are_refused(text):
    assert rules_broken_by(text) == ["duration_out_of_range"]


def test_a_negative_duration_of_work_is_refused():
    assert NON_NEGATIVE.validate_python("P0D") == Duration(0)
    with pytest.raises(ValidationError) as caught:
        NON_NEGATIVE.validate_python("-P1D")
    assert [fault["type"] for fault in caught.value.errors()] == ["duration_negative"]
    assert not Draft202012Validator(NON_NEGATIVE.json_schema()).is_valid("-P1D")


def test_durations_add_and_compare():
    assert Duration.days(2) + Duration(30) - Duration(30) == Duration(960)
    assert -Duration.days(1) < Duration(0) < Duration.days(1)
    assert Duration(1)
    assert not Duration(0)


class Work(Shape):
    hours_per_day: HoursPerDay
    lag_hours_per_day: HoursPerDay
    lag: Duration
    duration: Duration


def test_a_record_says_how_long_its_days_are():
    wire = {"hours_per_day": 7.5, "lag_hours_per_day": 24, "lag": "P1D", "duration": "P2D"}
    work = Work.model_validate(wire)
    assert (work.duration.minutes, work.lag.minutes) == (900, 1440)
    assert work.model_dump(mode="json") == wire
    assert Work.model_validate_json(work.model_dump_json()) == work


def test_durations_are_equal_that_take_equally_long():
    assert Duration(2400, 480) == Duration(2400, 450)
    assert [str(Duration(2400).on(day)) for day in (480, 450, 1440)] == ["P5D", "P5DT2H30M", "P1DT16H"]


@pytest.mark.parametrize(
    ("text", "minutes", "canonical"),
    [
        ("P5D", 2250, "P5D"),
        ("PT40H", 2400, "PT40H"),
        ("P1W", 2250, "P5D"),
        ("-P1DT90M", -540, "-P1DT1H30M"),
        ("P0D", 0, "P0D"),
    ],
)
def test_what_is_written_keeps_days_and_hours_apart_until_the_calendar_is_known(text, minutes, canonical):
    written = WRITTEN.validate_python(text)
    assert written.on(450).minutes == minutes
    assert str(written) == canonical
    assert WRITTEN.dump_json(written) == f'"{canonical}"'.encode()
    assert bool(written) is (minutes != 0)


@pytest.mark.parametrize(
    ("adapter", "value", "rule"),
    [
        (WRITTEN, "P1M", "duration_format"),
        (WRITTEN, 5, "duration_format"),
        (WRITTEN, "P100001D", "duration_out_of_range"),
        (WRITTEN, "P99999DT9H", "duration_out_of_range"),
        (TypeAdapter(NonNegativeWrittenDuration), "-PT1M", "duration_negative"),
    ],
)
def test_what_is_written_wrongly_is_refused_by_the_same_rules(adapter, value, rule):
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(value)
    assert [fault["type"] for fault in caught.value.errors()] == [rule]
