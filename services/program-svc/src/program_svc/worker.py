"""The worker process: the projects' events in, the programs' events out."""

from chassis.commands import configure
from chassis.settings import ServiceSettings, load
from chassis.worker import run_service
from contracts.subjects import Stream
from program_svc.consumers import projection


def run() -> None:
    """Run the worker process until it is told to stop."""
    settings = load(ServiceSettings)
    configure("program_svc", settings)
    run_service("program_svc", settings, writes=Stream.PROGRAM, follows={Stream.PROJECT: projection()})
