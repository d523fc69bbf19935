"""`docs/projects.md`, carried out line by line; and no record is left out of it."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from guide_kit import carry_out, steps_of
from tests.project_svc.member import ProjectMember
from tests.project_svc.working import Work

from project_svc.application import ROUTERS

PAGE = Path(__file__).parents[2] / "docs" / "projects.md"
ELSEWHERE = {
    "imposed-dates",
    "snapshot",
    "export",
    "schedule",
    "risk-assessment",
    "earned-value",
    "tolerances",
    "batch",
}
"""What is no record: figures, and other ways to read or write them."""


class Importing(ProjectMember):
    """Sends the body of an import as the file that it stands for, and lets the worker do the job at once."""

    work: Work

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        if path != "/imports":
            return await super().request(method, path, **options)
        files = {"file": ("plan.json", json.dumps(options["json"]).encode())}
        answer = await super().request(method, path, files=files, data={"source": "office"})
        await self.work(self.organization_id)
        return answer


@pytest.mark.slow
async def test_every_step_of_the_page_answers_as_it_says(client, work):
    member = Importing(client)
    member.work = work
    await carry_out(member, PAGE, {})


def test_every_record_of_a_project_is_on_the_page():
    paths = {
        route.path.split("/", 4)[3]
        for router in ROUTERS
        for route in router.routes
        if route.path.startswith("/projects/{project_id}/")
    }
    shown = {part for step in steps_of(PAGE) for part in step[2].partition("?")[0].split("/")}
    assert paths - ELSEWHERE - shown == set()
