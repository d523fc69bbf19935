"""Three probes. Liveness touches nothing outside the process: a frozen database must not restart pods."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field

from chassis.routes import LateRoute

CHECK_EVERY = 1.0
CHECK_AGAIN = 0.02
"""Seconds until a check that failed is made once more; twice as long each time, up to CHECK_EVERY. So a start does not wait for a clock."""
CHECK_TIMEOUT = 2.0
BEAT_WITHIN = 90.0
"""Seconds between two heartbeats of a loop. More than a loop waits for a frozen database before it looks again: for an answer, and once more
until what it asked is called off (`chassis.database.ANSWER_WITHIN`)."""

log = structlog.stdlib.get_logger(__name__)


class HealthReport(BaseModel):
    """Whether the process is as the probe asks, and if not, why not."""

    status: str = Field(examples=["ok"])
    reasons: dict[str, str] = Field(default_factory=dict, examples=[{"database": "connection refused"}])


class Health:
    """What this process knows of itself. Watchers set it in the background; a probe only reads it."""

    def __init__(self) -> None:
        self.reasons: dict[str, str] = {"process": "starting"}
        self._beats: dict[str, tuple[float, float]] = {}

    @property
    def ready(self) -> bool:
        """Whether traffic should come here."""
        return not self.reasons

    @property
    def stalled(self) -> dict[str, str]:
        """The loops whose heartbeat is overdue, and by how long."""
        now = time.monotonic()
        return {
            name: f"no heartbeat for {now - at:.0f} s" for name, (at, limit) in self._beats.items() if now - at > limit
        }

    def started(self) -> None:
        """The process is up: readiness now depends on what the watchers say."""
        self.reasons.pop("process", None)

    def stopping(self) -> None:
        """Take no more traffic."""
        self.reasons["process"] = "stopping"

    def fail(self, name: str, reason: str) -> None:
        """Something needed is missing; said once in the log, and by readiness until `recover`."""
        if self.reasons.get(name) != reason:
            log.warning("not ready", condition=name, reason=reason)
        self.reasons[name] = reason

    def recover(self, name: str) -> None:
        """It is there again."""
        if self.reasons.pop(name, None) is not None:
            log.info("ready", condition=name)

    def beat(self, name: str, limit: float = BEAT_WITHIN) -> None:
        """A loop really ran; the next beat is due within `limit` seconds."""
        self._beats[name] = (time.monotonic(), limit)

    async def watch(self, name: str, check: Callable[[], Awaitable[object]]) -> None:
        """Check something for ever, in a task of its own, so that a frozen dependency cannot freeze a probe."""
        self.reasons.setdefault(name, "not checked yet")
        pause = CHECK_AGAIN
        while True:
            try:
                async with asyncio.timeout(CHECK_TIMEOUT):
                    await check()
            except Exception as error:  # noqa: BLE001  (whatever it is, it makes us not ready)
                self.fail(name, str(error) or type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, CHECK_EVERY)
            else:
                self.recover(name)
                pause = CHECK_AGAIN
                await asyncio.sleep(CHECK_EVERY)


def health_routes(health: Health) -> APIRouter:
    """`/health/startup`, `/health/live`, `/health/ready` and `/metrics`; not part of the public document."""
    router = APIRouter(include_in_schema=False, route_class=LateRoute)

    def report(response: Response, reasons: dict[str, str]) -> HealthReport:
        response.status_code = 503 if reasons else 200
        return HealthReport(status="failing" if reasons else "ok", reasons=reasons)

    @router.get("/health/startup")
    async def startup(response: Response) -> HealthReport:
        return report(response, {"process": "starting"} if health.reasons.get("process") == "starting" else {})

    @router.get("/health/live")
    async def live(response: Response) -> HealthReport:
        return report(response, health.stalled)

    @router.get("/health/ready")
    async def ready(response: Response) -> HealthReport:
        return report(response, dict(health.reasons))

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router
