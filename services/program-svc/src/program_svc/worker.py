"""The worker process: the projects' events in, the programs' events out, the reports that are due, the tolerances that nobody asks after."""

from pydantic import Field

from chassis.commands import configure
from chassis.settings import ServiceSettings, load
from chassis.worker import run_service
from contracts.subjects import Stream
from program_svc.consumers import projection
from program_svc.dependencies.imported import ImportedLinks
from program_svc.network.memory import MOST_TASKS, Memory
from program_svc.subscriptions.clock import Subscriptions
from program_svc.tolerances.clock import MoneyTolerances


class WorkerSettings(ServiceSettings):
    """What the worker is told besides."""

    remembered_tasks: int = Field(default=MOST_TASKS, ge=0)
    """So many tasks of the programs settled last are kept in memory, and the last program whatever its size."""


def run() -> None:
    """Run the worker process until it is told to stop."""
    settings = load(WorkerSettings)
    configure("program_svc", settings)
    run_service(
        "program_svc",
        settings,
        writes=Stream.PROGRAM,
        follows={Stream.PROJECT: projection(Memory(settings.remembered_tasks))},
        also=lambda database: [Subscriptions(database), MoneyTolerances(database), ImportedLinks(database)],
    )
