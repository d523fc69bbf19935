"""Traces go on across processes, whether or not spans are exported."""

import pytest

from chassis import tracing

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def test_a_trace_is_continued_with_a_span_of_our_own() -> None:
    with tracing.continued("work", f"00-{TRACE}-{SPAN}-01"):
        assert tracing.trace_id() == TRACE
        version, trace, span, flags = (tracing.traceparent() or "").split("-")
    assert (version, trace, flags) == ("00", TRACE, "01")
    assert span not in {SPAN, "0" * 16}
    assert tracing.traceparent() is None


def test_a_trace_that_is_not_sampled_stays_so() -> None:
    with tracing.continued("work", f"00-{TRACE}-{SPAN}-00"):
        assert (tracing.traceparent() or "").endswith("-00")


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
    with tracing.continued("work", told):
        first = tracing.trace_id()
        with tracing.continued("part", tracing.traceparent()):
            assert tracing.trace_id() == first
    assert first not in {TRACE, "0" * 32}


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    with tracing.continued("work", f"01-{TRACE}-{SPAN}-03-more"):
        assert tracing.trace_id() == TRACE
