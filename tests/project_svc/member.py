"""Somebody who talks to project-svc."""

from typing import Any
from uuid import uuid4

from service_kit import Member


class ProjectMember(Member):
    """A member of one organisation, and short ways to make records."""

    audience = "project-svc"

    async def project(self, **fields: Any) -> str:
        """A project that starts on Monday 2026-03-02; returns its path."""
        body = {"key": f"P{uuid4().hex[:8].upper()}", "name": "Tram line 4", "start": "2026-03-02", "currency": "EUR"}
        return f"/projects/{(await self.post('/projects', body | fields))['id']}"

    async def task(self, project: str, name: str = "A", duration: str = "P1D", **fields: Any) -> str:
        """A task; returns its id."""
        return str((await self.post(f"{project}/tasks", {"name": name, "duration": duration} | fields))["id"])

    async def summary(self, project: str, name: str = "S", **fields: Any) -> str:
        """A summary; returns its id."""
        return str((await self.post(f"{project}/tasks", {"name": name, "kind": "summary"} | fields))["id"])

    async def link(self, project: str, predecessor: str, successor: str, **fields: Any) -> str:
        """A link; returns its id."""
        body = {"predecessor_id": predecessor, "successor_id": successor} | fields
        return str((await self.post(f"{project}/links", body))["id"])

    async def schedule(self, project: str) -> dict[str, Any]:
        """The schedule's items by task id."""
        return {item["task_id"]: item for item in (await self.get(f"{project}/schedule"))["items"]}
