"""The worker process: this service's events out, the programs' dependencies in."""

from chassis.commands import configure
from chassis.settings import ServiceSettings, load
from chassis.worker import run_service
from contracts.subjects import Stream
from project_svc.consumers import FOLLOWS


def run() -> None:
    """Publish and follow until SIGTERM."""
    settings = load(ServiceSettings)
    configure("project_svc", settings)
    run_service("project_svc", settings, writes=Stream.PROJECT, follows=FOLLOWS)
