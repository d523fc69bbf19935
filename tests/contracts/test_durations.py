import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from contracts.values import Duration, NonNegativeDuration

DURATION = TypeAdapter(Duration)
NON_NEGATIVE = TypeAdapter(NonNegativeDuration)
MOST_MINUTES = 100_000 * 480


@given(st.integers(-MOST_MINUTES, MOST_MINUTES))
def test_any_duration_survives_the_wire(minutes):
    written = DURATION.dump_json(Duration(minutes))
    assert DURATION.validate_json(written) == Duration(minutes)


@given(st.integers(-MOST_MINUTES, MOST_MINUTES), st.integers(60, 1440))
def test_text_on_any_calendar_means_the_same_minutes(minutes, minutes_per_day):
    limited = max(min(minutes, 100_000 * minutes_per_day), -100_000 * minutes_per_day)
    text = Duration(limited).format(minutes_per_day)
    assert Duration.parse(text, minutes_per_day).minutes == limited


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
