"""`python -m project_svc serve | worker | migrate | openapi`."""

from typing import Any

from chassis.commands import service_commands


def document() -> dict[str, Any]:
    """The service's OpenAPI document. Its routes are imported only when it is asked for."""
    from project_svc.application import document as describe

    return describe()


app = service_commands("project_svc", document=document)

if __name__ == "__main__":
    app()
