"""Logs, traces, metrics."""

import functools
import logging
import sys
import time

import structlog
from opentelemetry import trace
from opentelemetry.trace import SpanKind
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import EventDict, WrappedLogger

from chassis import tracing

REQUESTS = Counter("interlock_http_requests_total", "Requests answered", ["method", "route", "status"])
DURATION = Histogram(
    "interlock_http_request_duration_seconds",
    "Time from the request's head to the answer's last byte",
    ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

log = structlog.stdlib.get_logger("chassis.http")
_level = logging.getLogger("chassis.http")
"""Says whether an entry would be written at all, before anything is done for it."""


def _export_to(endpoint: str, service: str) -> None:
    # Here, since the SDK and its exporter bring protobuf and requests: 15 MB that a process without a collector need not carry.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)
    tracing.is_exporting.cache_clear()


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
    here = tracing.here()
    if here is not None:
        event["trace_id"] = here.trace_id
        event["span_id"] = here.span_id
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
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        told = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"), None)
        with tracing.continued(f"{method} request", told, SpanKind.SERVER) as span:
            started, status = time.perf_counter(), 500

            async def observed(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    if (here := tracing.traceparent()) is not None:
                        message["headers"] = [*message.get("headers", ()), (b"traceresponse", here.encode())]
                await send(message)

            try:
                await self.app(scope, receive, observed)
            finally:
                route = getattr(scope.get("route"), "path", "unmatched")
                elapsed = time.perf_counter() - started
                if span is not None:
                    span.update_name(f"{method} {route}")
                count, duration = _measured(method, route, status)
                count.inc()
                duration.observe(elapsed)
                if _level.isEnabledFor(logging.INFO):
                    path, ms = scope["path"], round(elapsed * 1000, 2)
                    log.info("request", method=method, route=route, path=path, status=status, ms=ms)
