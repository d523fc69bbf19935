"""The HTTP process."""

from chassis import commands
from chassis.settings import ServiceSettings, load
from program_svc.application import PACKAGE, application


def run() -> None:
    """Serve until SIGTERM."""
    settings = load(ServiceSettings)
    commands.configure(PACKAGE, settings)
    commands.serve(application(settings), settings)
