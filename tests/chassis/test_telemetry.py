"""Traces go on across processes, whether or not spans are exported."""

import pytest

from chassis import telemetry

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def test_a_trace_is_continued_with_a_span_of_our_own() -> None:
    with telemetry.continued("work", f"00-{TRACE}-{SPAN}-01"):
        assert telemetry.trace_id() == TRACE
        version, trace, span, flags = (telemetry.traceparent() or "").split("-")
    assert (version, trace, flags) == ("00", TRACE, "01")
    assert span not in {SPAN, "0" * 16}
    assert telemetry.traceparent() is None


def test_a_trace_that_is_not_sampled_stays_so() -> None:
    with telemetry.continued("work", f"00-{TRACE}-{SPAN}-00"):
        assert (telemetry.traceparent() or "").endswith("-00")


@pytest.mark.parametrize(
    "told",
    [
        None,
        "",
        "nonsense",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}",
    ],
)
def test_what_is_no_trace_begins_a_new_one(told: str | None) -> None:
    with telemetry.continued("work", told):
        first = telemetry.trace_id()
        with telemetry.continued("part", telemetry.traceparent()):
            assert telemetry.trace_id() == first
    assert first not in {TRACE, "0" * 32}


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    with telemetry.continued("work", f"01-{TRACE}-{SPAN}-03-more"):
        assert telemetry.trace_id() == TRACE
