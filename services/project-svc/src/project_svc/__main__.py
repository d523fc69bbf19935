"""`python -m project_svc serve | worker | migrate | openapi | rebuild | parked | dead-letter | outbox`."""

from chassis import starting

if __name__ == "__main__":
    starting.begin()

from typing import Any

from chassis.commands import service_commands
from chassis.operating import operators_commands, rebuild_command
from contracts.subjects import BoundaryKind


def document() -> dict[str, Any]:
    """The service's OpenAPI document. Its routes are imported only when it is asked for."""
    from project_svc.application import document as describe

    return describe()


app = service_commands("project_svc", document=document)
operators_commands("project_svc", app)
rebuild_command(app, [BoundaryKind.PROGRAM])

if __name__ == "__main__":
    app()
