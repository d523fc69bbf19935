"""Somebody who talks to program-svc, and the projects that it hears of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from service_kit import Member, outbox_of
from tests.program_svc.told_projects import Projects

from chassis.database import Database
from chassis.received import ReceivedEvent
from program_svc.consumers import projection


@dataclass(kw_only=True)
class ProgramMember(Member):
    """A member of one organisation, and the projects of that organisation."""

    audience = "program-svc"

    database: Database
    projects: Projects = field(init=False)

    def __post_init__(self) -> None:
        self.projects = Projects(self.organization_id)

    async def hear(self, received: Sequence[ReceivedEvent] | None = None) -> None:
        """The projection takes these events, or all that the projects said since."""
        async with self.database.transaction() as session:
            await projection().apply(session, self.projects.take() if received is None else received)

    async def program(self, *project_ids: UUID, **fields: Any) -> str:
        """A program of these projects; its path."""
        body = {"key": f"P{uuid4().hex[:8].upper()}", "name": "Tram network"} | fields
        path = f"/programs/{(await self.post('/programs', body))['id']}"
        for project_id in project_ids:
            await self.post(f"{path}/components", {"project_id": str(project_id)})
        return path

    async def propose(self, program: str, provider: UUID, receiver: UUID, *, status: int = 201, **fields: Any) -> Any:
        """Propose a dependency between two tasks."""

        def end(task_id: UUID) -> dict[str, str]:
            return {"project_id": str(self.projects.records[task_id]["project_id"]), "task_id": str(task_id)}

        body = {"provider": end(provider), "receiver": end(receiver)} | fields
        return await self.post(f"{program}/dependencies", body, status=status)

    async def commit(self, program: str, provider: UUID, receiver: UUID, **fields: Any) -> str:
        """A dependency that both ends committed to; its path."""
        path = f"/dependencies/{(await self.propose(program, provider, receiver, **fields))['id']}"
        for end in ("provider", "receiver"):
            await self.post(f"{path}/commit", {"end": end}, status=200)
        return path

    async def schedule(self, program: str) -> dict[str, Any]:
        """The schedule's items by task id."""
        return {item["task_id"]: item for item in (await self.get(f"{program}/schedule"))["items"]}

    async def events(self) -> list[dict[str, Any]]:
        """What the service said, in order, each with `happened` (as `record.happened`)."""
        said = await outbox_of(self.database, self.organization_id)
        return [event | {"happened": ".".join(event["subject"].split(".")[-2:])} for event in said]
