"""Logs, traces, metrics. One trace id follows a request through HTTP, the outbox and NATS to the program's picture."""

import functools
import logging
import random
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from opentelemetry import context, trace
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    TraceFlags,
    format_span_id,
    format_trace_id,
    set_span_in_context,
)
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import EventDict, WrappedLogger

REQUESTS = Counter("interlock_http_requests_total", "Requests answered", ["method", "route", "status"])
DURATION = Histogram(
    "interlock_http_request_duration_seconds",
    "Time from the request's head to the answer's last byte",
    ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

tracer = trace.get_tracer("interlock")
log = structlog.stdlib.get_logger("chassis.http")


_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")


def trace_id() -> str:
    """The current trace's id, 32 hex digits; zeros outside a trace."""
    return format_trace_id(trace.get_current_span().get_span_context().trace_id)


def traceparent() -> str | None:
    """The current span as a W3C `traceparent`, to be sent on."""
    here = trace.get_current_span().get_span_context()
    return f"00-{here.trace_id:032x}-{here.span_id:016x}-{here.trace_flags:02x}" if here.is_valid else None


@contextmanager
def continued(name: str, traceparent: str | None, kind: SpanKind = SpanKind.CONSUMER) -> Iterator[Span]:
    """A span that continues the trace of a received message or request.

    Where spans go nowhere it is an id and nothing more: that is all that logs and the next process need, at a tenth of the cost.
    """
    parent = _parent(traceparent)
    if _is_exporting():
        above = (
            context.Context() if parent is None else set_span_in_context(NonRecordingSpan(parent), context.Context())
        )
        with tracer.start_as_current_span(name, context=above, kind=kind) as span:
            yield span
        return
    here = NonRecordingSpan(_child(parent))
    token = context.attach(set_span_in_context(here))
    try:
        yield here
    finally:
        context.detach(token)


def _is_exporting() -> bool:
    """Whether somebody, `configure` or a test, has set up where spans go."""
    return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


def _parent(traceparent: str | None) -> SpanContext | None:
    """The span that a `traceparent` names; None for none, and for one that W3C Trace Context calls invalid."""
    match = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    if match is None:
        return None
    named = SpanContext(int(match[1], 16), int(match[2], 16), True, TraceFlags(int(match[3], 16) & TraceFlags.SAMPLED))
    return named if named.is_valid else None


def _child(parent: SpanContext | None) -> SpanContext:
    """A span of the parent's trace, or the first one of a new trace."""
    # Ids are told apart by them, nothing is protected by them.
    span_id = random.getrandbits(64) or 1
    if parent is None:
        return SpanContext(random.getrandbits(128) or 1, span_id, False, TraceFlags(TraceFlags.SAMPLED))
    return SpanContext(parent.trace_id, span_id, False, parent.trace_flags, parent.trace_state)


def _export_to(endpoint: str, service: str) -> None:
    # Here, since the SDK and its exporter bring protobuf and requests: 15 MB that a process without a collector need not carry.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)


def configure(service: str, level: str = "INFO", otlp_endpoint: str | None = None) -> None:
    """Set logs and traces up for this process: one JSON line an entry on standard output."""
    if otlp_endpoint:
        _export_to(otlp_endpoint, service)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_trace,
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        # What the level keeps out is dropped before anything is done for it.
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.getLogger("uvicorn.access").disabled = True  # we log requests ourselves, with their trace
    structlog.contextvars.bind_contextvars(service=service)


def _with_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = format_trace_id(context.trace_id)
        event["span_id"] = format_span_id(context.span_id)
    return event


@functools.lru_cache(maxsize=1024)
def _measured(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, str(status)), DURATION.labels(method, route)


class Observe:
    """Pure ASGI middleware: a span, a log line and two metrics a request. Probes and metrics are not worth either."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/health/") or scope["path"] == "/metrics":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                parent = traceparent()
                if parent is not None:
                    message["headers"] = [*message.get("headers", ()), (b"traceresponse", parent.encode())]
            await send(message)

        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        told = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"), None)
        with continued(f"{method} request", told, SpanKind.SERVER) as span:
            try:
                await self.app(scope, receive, observed)
            finally:
                route = getattr(scope.get("route"), "path", "unmatched")
                elapsed = time.perf_counter() - started
                span.update_name(f"{method} {route}")
                count, duration = _measured(method, route, status)
                count.inc()
                duration.observe(elapsed)
                log.info(
                    "request",
                    method=method,
                    route=route,
                    path=scope["path"],
                    status=status,
                    ms=round(elapsed * 1000, 2),
                )
