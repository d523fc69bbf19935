"""A large program is read in columns: whatever is shown of it is what the objects of a small one show."""

import base64
import json
from functools import partial
from uuid import UUID

import pytest
from tests.program_svc.story import Story

from program_svc.network import recalled_dates
from program_svc.network.compute import Network

ASKED = (
    "",
    "?limit=3",
    *(
        f"?limit=2&sort={sign}{name}"
        for name in ("task_id", "early_start", "early_finish", "total_float")
        for sign in ("", "-")
    ),
    "?critical=true&sort=early_start",
    "?critical=false&limit=1",
)


async def pages(api, program, asked):
    """All pages of a schedule."""
    found, cursor = [], None
    while not found or cursor is not None:
        page = await api.get(f"{program}/schedule{asked}" + (f"&cursor={cursor}" if cursor else ""))
        cursor = page["next"]
        found.append(page)
    return found


@pytest.fixture
def both(monkeypatch):
    """Let a read be answered from objects, then from columns that go on from those of the read before."""
    remembered = recalled_dates.Recall(recalled_dates._read_dates)

    async def answers(read):
        of_form = []
        for large, recall in ((10_000, recalled_dates.Recall(recalled_dates._read_dates)), (0, remembered)):
            monkeypatch.setattr(recalled_dates, "LARGE", large)
            monkeypatch.setattr(recalled_dates, "DATES", recall)
            of_form.append(await read())
        return of_form

    return answers


def in_columns(program):
    """Whether the last read of the program was of columns."""
    found = recalled_dates.DATES.last(UUID(program.removeprefix("/programs/")))
    return found is not None and not isinstance(found.network, Network)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
async def test_columns_show_what_objects_show_whatever_has_happened(api, both, seed):
    """Tasks and links come and go, calendars change, dependencies are agreed, capped and suspended by cycles."""
    story = Story(api, seed)
    await story.begin()
    compared = 0

    async def read():
        answer = await api.request("GET", f"{story.program}/schedule")
        return answer.json() if answer.status_code == 200 else answer.json()["type"]

    for _ in range(12):
        await story.step()
        objects, columns = await both(read)
        assert columns == objects
        compared += in_columns(story.program)
    assert compared > 6


async def test_pages_in_columns_are_those_of_objects(api, eleven, both):
    golden = await eleven.heard()
    of_project = f"?project_id={golden.project_ids['P2']}&limit=2"
    for asked in (*ASKED, of_project):
        objects, columns = await both(partial(pages, api, golden.program, asked))
        assert columns == objects
        assert in_columns(golden.program)


async def test_explanations_from_columns_are_those_from_objects(api, eleven, both):
    golden = await eleven.heard(BD="soft")
    api.projects.change(golden.ids["B"], duration="P9D")
    await api.hear()
    for task_id in golden.ids.values():
        objects, columns = await both(partial(api.get, f"{golden.program}/tasks/{task_id}/explain"))
        assert columns == objects


async def test_threats_held_against_floats_in_columns_are_those_against_objects(api, eleven, both):
    golden = await eleven.heard()
    goal = (await api.post("/goals", {"name": "G"}))["id"]
    for project_id in golden.project_ids.values():
        await api.post("/alignments", {"goal_id": goal, "project_id": str(project_id)})
        api.projects.risk(project_id, "0.5", "100.00", days_impact="P20D")
    api.projects.risk(golden.project_ids["P1"], "0.5", "0.00", days_impact="P9D", task_id=str(golden.ids["B"]))
    await api.hear()
    objects, columns = await both(partial(api.get, f"/goals/{goal}/exposure"))
    assert len(objects["threats"]) > 3
    assert columns == objects


@pytest.mark.parametrize("place", ["9" * 40, "-1", str(1 << 127)])
async def test_a_cursor_from_elsewhere_begins_where_it_says(api, eleven, both, place):
    golden = await eleven.heard()
    for sort in ("task_id", "-early_start"):
        numbers = [place, place] if sort == "task_id" else [place, "0"]
        cursor = base64.urlsafe_b64encode(json.dumps([sort, *numbers]).encode()).decode().rstrip("=")
        objects, columns = await both(partial(api.get, f"{golden.program}/schedule?sort={sort}&cursor={cursor}"))
        assert columns == objects
