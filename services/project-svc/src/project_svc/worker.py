"""The worker process: this service's events out, the programs' dependencies in, and the jobs that take longer than a request."""

from chassis.commands import configure
from chassis.database import Database
from chassis.settings import ServiceSettings, load
from chassis.work_queue import Work
from chassis.worker import run_service
from contracts.subjects import Stream
from project_svc.consumers import FOLLOWS
from project_svc.jobs.kinds import HANDLERS
from project_svc.jobs.running import Workshop


def run() -> None:
    """Publish, follow and work until SIGTERM."""
    settings = load(ServiceSettings)
    configure("project_svc", settings)
    run_service("project_svc", settings, writes=Stream.PROJECT, follows=FOLLOWS, work=_work)


def _work(database: Database) -> Work:
    return Workshop(database, HANDLERS).do
