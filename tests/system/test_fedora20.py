"""The Fedora 20 release through the public API: 19 projects, 213 committed dependencies, every date as planning alone has it.

That those dates keep every start rule is shown on planning alone, in tests/fedora20: dates of days could not tell a milestone at the
begin of a day from one at its end.
"""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from fedora20_network import Network, data_file, read_network
from fedora20_program import convert
from program_plan import Place, schedule_of

from local_stack.loader import load_document
from local_stack.program_document import Document, read_document
from local_stack.program_load import Loaded
from planning import ScheduledTask, to_date

pytestmark = [pytest.mark.slow, pytest.mark.long]

Rows = dict[Place, dict[str, Any]]
"""The program's schedule as the API has it, by project and task in the file."""


@pytest.fixture(scope="module")
def network() -> Network:
    if not data_file().exists():
        pytest.skip(f"the Fedora 20 network is not there: {data_file()} (INTERLOCK_DATA says where to look)")
    return read_network(data_file())


@pytest.fixture(scope="module")
def document(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Document:
    file: Path = tmp_path_factory.mktemp("fedora20") / "fedora20.json"
    file.write_text(json.dumps(convert(network), indent=1))
    return read_document(file)


@pytest.fixture(scope="module")
async def loaded(stack, document: Document) -> Loaded:
    return await load_document(document, url=stack.url, token=stack.token, meter=Unwatched())


class Unwatched:
    """A meter that nobody looks at."""

    def advance(self, doing: str) -> None:
        pass


@pytest.fixture
async def rows(api: httpx.AsyncClient, loaded: Loaded, document: Document) -> Rows:
    programs = await by_external_ref(api, "/programs")
    schedule = (await api.get(f"/programs/{programs['FEDORA20']}/schedule")).json()
    projects = await by_external_ref(api, "/projects")
    places: dict[str, Place] = {}
    for project in document.program.projects:
        for name, task_id in (await by_external_ref(api, f"/projects/{projects[project.ref]}/tasks")).items():
            places[task_id] = (project.ref, name.partition("/")[2])
    return {places[row["task_id"]]: row for row in schedule["items"]}


async def by_external_ref(api: httpx.AsyncClient, path: str) -> dict[str, str]:
    """The ids of a collection's records that were loaded from the Fedora file, by their name in it."""
    found: dict[str, str] = {}
    cursor = None
    while True:
        page = (await api.get(path, params={"limit": 1000} | ({"cursor": cursor} if cursor else {}))).json()
        refs = ((one["external_ref"], one["id"]) for one in page["items"])
        found |= {named["id"]: record for named, record in refs if named and named["source"] == "fedora-20"}
        cursor = page["next"]
        if cursor is None:
            return found


async def test_the_program_has_the_dates_that_planning_alone_has(rows: Rows, document: Document) -> None:
    expected = {place: as_days(task) for place, task in schedule_of(document.program)[0].items()}

    assert {place: (row["early_start"], row["early_finish"]) for place, row in rows.items()} == expected


async def test_each_project_has_the_dates_that_the_program_has(api: httpx.AsyncClient, rows: Rows) -> None:
    """Imposed dates take a project to where the program's network has it, milestones to the day included."""
    program = (await by_external_ref(api, "/programs"))["FEDORA20"]
    reflected = (await api.get(f"/programs/{program}")).headers["Interlock-Position"]
    after = {
        "Interlock-After": next(one for one in reflected.split(", ") if one.startswith("program/")),
        "Prefer": "wait=10",
    }
    shown: dict[str, tuple[str, str]] = {}
    for project in (await by_external_ref(api, "/projects")).values():
        answer = await api.get(f"/projects/{project}/schedule", headers=after)
        shown |= {row["task_id"]: (row["early_start"], row["early_finish"]) for row in answer.json()["items"]}

    assert shown == {row["task_id"]: (row["early_start"], row["early_finish"]) for row in rows.values()}


async def test_a_second_load_changes_nothing(stack, api: httpx.AsyncClient, document: Document, loaded: Loaded) -> None:
    before = await by_external_ref(api, "/projects")
    again = await load_document(document, url=stack.url, token=stack.token, meter=Unwatched())

    assert again == loaded
    assert await by_external_ref(api, "/projects") == before


def as_days(task: ScheduledTask) -> tuple[str, str]:
    """The first and the last working day of a task of a day project."""
    return str(to_date(task.early_start, finish=False)), str(to_date(task.early_finish, finish=True))
