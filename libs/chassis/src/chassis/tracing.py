"""Traces: one id follows a request through HTTP, the outbox and NATS to the program's picture.

Where spans go nowhere, a trace is an id and nothing more. That is all that logs and the next process need, at a tenth of the cost.
"""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import NamedTuple

from opentelemetry import context, trace
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags, set_span_in_context

NO_TRACE = "0" * 32
NO_SPAN = "0" * 16
SAMPLED = 0x01

_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")


class Here(NamedTuple):
    """Where in a trace something is done; hexadecimal."""

    trace_id: str
    span_id: str
    flags: str

    @property
    def traceparent(self) -> str:
        """As W3C Trace Context writes it."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


_here: ContextVar[Here | None] = ContextVar("interlock_trace", default=None)


def here() -> Here | None:
    """Where we are; None outside a trace."""
    return _here.get()


def trace_id() -> str:
    """The current trace's id, 32 hex digits; zeros outside a trace."""
    at = _here.get()
    return NO_TRACE if at is None else at.trace_id


def traceparent() -> str | None:
    """The current span as a W3C `traceparent`, to be sent on."""
    at = _here.get()
    return None if at is None else at.traceparent


@contextmanager
def continued(name: str, traceparent: str | None, kind: SpanKind = SpanKind.CONSUMER) -> Iterator[Span | None]:
    """Continue the trace of a received message or request. The span, where somebody collects it."""
    parent = _parent(traceparent)
    if not is_exporting():
        token = _here.set(_child(parent))
        try:
            yield None
        finally:
            _here.reset(token)
        return
    above = context.Context() if parent is None else set_span_in_context(_named(parent), context.Context())
    with trace.get_tracer("interlock").start_as_current_span(name, context=above, kind=kind) as span:
        told = span.get_span_context()
        token = _here.set(Here(f"{told.trace_id:032x}", f"{told.span_id:016x}", f"{told.trace_flags:02x}"))
        try:
            yield span
        finally:
            _here.reset(token)


@cache
def is_exporting() -> bool:
    """Whether somebody has set up where spans go (`chassis.telemetry.configure`), which is done before anything is traced, or never."""
    return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


def _parent(traceparent: str | None) -> Here | None:
    """The span that a `traceparent` names; None for none, and for one that W3C Trace Context calls invalid."""
    match = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    if match is None or match[1] == NO_TRACE or match[2] == NO_SPAN:
        return None
    return Here(match[1], match[2], f"{int(match[3], 16) & SAMPLED:02x}")


def _child(parent: Here | None) -> Here:
    """A span of the parent's trace, or the first one of a new trace."""
    # Ids are told apart by them, nothing is protected by them.
    span_id = f"{random.getrandbits(64) or 1:016x}"
    if parent is None:
        return Here(f"{random.getrandbits(128) or 1:032x}", span_id, f"{SAMPLED:02x}")
    return Here(parent.trace_id, span_id, parent.flags)


def _named(parent: Here) -> Span:
    flags = TraceFlags(int(parent.flags, 16))
    return NonRecordingSpan(SpanContext(int(parent.trace_id, 16), int(parent.span_id, 16), True, flags))
