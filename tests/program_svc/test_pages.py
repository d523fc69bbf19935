"""What is read of a program does not grow with what the answer does not show: neither its bytes, nor its statements, nor the rows behind it."""

from itertools import pairwise
from types import SimpleNamespace
from uuid import uuid4

import pytest
from fastapi import Response
from sqlalchemy import text

from chassis.positions import parse_positions
from chassis.statements import driver_of
from gateway.overview import PARTS
from program_svc.programs.queries import MOST_POSITIONS, reflect
from program_svc.sums.keeping import keep_all_sums

SHOWN = 4
CROWD = """
    WITH made AS (
        INSERT INTO known_projects (id, organization_id, key, name, state, start, currency, granularity, revision)
        SELECT gen_random_uuid(), $1::uuid, 'Q' || number, 'Q', 'executing', '2026-03-02', 'EUR', 'day', 1
        FROM generate_series(1, $3::int) AS number RETURNING id
    ), task AS (
        INSERT INTO known_tasks (id, organization_id, project_id, name, kind, duration, mode, percent_complete, state)
        SELECT gen_random_uuid(), $1::uuid, id, 'T', 'task', 480, 'auto_asap', 0, 'not_started' FROM made
    ), line AS (
        INSERT INTO known_budget_lines (id, organization_id, project_id, amount, currency, contingency)
        SELECT gen_random_uuid(), $1::uuid, id, 100, 'EUR', false FROM made
    ), risk AS (
        INSERT INTO known_risks (id, organization_id, project_id, title, kind, is_open, probability, cost_impact, currency, days_impact,
                                 minutes_per_day, emv, escalated)
        SELECT gen_random_uuid(), $1::uuid, id, 'R', 'threat', true, 0.5, 10, 'EUR', 0, 480, -5, false FROM made
    )
    INSERT INTO components (id, organization_id, revision, created_at, updated_at, program_id, project_id)
    SELECT gen_random_uuid(), $1::uuid, 1, now(), now(), $2::uuid, id FROM made
"""
READ = text("SELECT sum(seq_tup_read + idx_tup_fetch)::bigint FROM pg_stat_xact_user_tables")


class Watch:
    """The statements and rows of one read after another."""

    def __init__(self, database, organization_id):
        self.database, self.organization_id = database, organization_id
        self.statements = []

    async def rows(self):
        async with self.database.transaction(self.organization_id) as session:
            return await session.scalar(READ)

    async def cost(self, api, path):
        """Bytes of the answer with its positions, statements, rows, and the answer."""
        before = await self.rows()
        self.statements.clear()
        answer = await api.request("GET", path)
        statements = len(self.statements)
        assert answer.status_code == 200, answer.text
        size = len(answer.content) + len(answer.headers.get("Interlock-Position", ""))
        return size, statements, await self.rows() - before, answer.json()


@pytest.fixture
async def watch(api, database):
    watching = Watch(database, api.organization_id)
    async with database.transaction(api.organization_id) as session:
        driver = await driver_of(session)
        # Of tables this small, whose sizes it does not know yet, PostgreSQL now and then reads all, since that is as quick.
        await driver.execute("SET LOCAL enable_seqscan = off")

    def told(record):
        watching.statements.append(record.query)

    driver.add_query_logger(told)
    yield watching
    driver.remove_query_logger(told)


async def crowded(api, database, projects):
    """A program of so many projects; two of them depend on each other, and a goal waits for the second, in vain."""
    first, second = api.projects.project("P1"), api.projects.project("P2")
    given, needed = api.projects.task(first, "A", 4), api.projects.task(second, "B", 3)
    await api.hear()
    program = await api.program(first, second)
    await api.commit(program, given, needed)
    goal = f"/goals/{(await api.post('/goals', {'name': 'G', 'due': '2026-03-04'}))['id']}"
    await api.post("/alignments", {"goal_id": goal.removeprefix("/goals/"), "project_id": str(second)})
    async with database.transaction(api.organization_id) as session:
        driver = await driver_of(session)
        await driver.execute(CROWD, api.organization_id, program.removeprefix("/programs/"), projects - 2)
        await keep_all_sums(session)
    api.projects.change(given, duration="P5D")
    await api.hear()
    return program, goal


@pytest.mark.parametrize("what", ["schedule", "exposure"])
async def test_a_page_costs_the_same_in_a_program_of_1000_projects_as_in_one_of_120(api, database, watch, what):
    costs = []
    for projects in (120, 1_000):
        program, goal = await crowded(api, database, projects)
        path = f"{program}/schedule?limit={SHOWN}" if what == "schedule" else f"{goal}/exposure"
        await api.get(path)  # what changed has been read by then
        size, statements, rows, answer = await watch.cost(api, path)
        assert len(answer.get("items", answer.get("threats"))) == (SHOWN if what == "schedule" else 1)
        costs.append((size, statements, rows))
    (small, few, rows), (large, as_few, more) = costs
    assert as_few == few
    assert more <= rows + 10  # tables of a row or two are read whole, and by now have those of both programs
    assert large <= small * 1.05  # other dates


async def test_the_parts_of_an_overview_cost_the_same_in_a_program_of_1000_projects_as_in_one_of_120(
    api, database, watch
):
    """In bytes, statements and rows."""
    async with database.transaction(api.organization_id) as session:
        driver = await driver_of(session)
        for way in ("bitmapscan", "sort"):  # or else it sorts what it takes for a handful of rows
            await driver.execute(f"SET LOCAL enable_{way} = off")
    costs = []
    for projects in (120, 1_000):
        program, _ = await crowded(api, database, projects)
        of_this = {}
        for part, below in PARTS.items():
            await api.get(f"{program}{below}")  # what changed has been read by then
            of_this[part] = await watch.cost(api, f"{program}{below}")
        costs.append(of_this)
    few, many = costs
    for part, (size, statements, rows, answer) in many.items():
        assert statements == few[part][1], part
        assert size <= few[part][0] * 1.05, part
        assert rows <= few[part][2] + 10, part
        if part == "budget":
            assert (answer["bac"]["amount"], len(answer["projects"])) == ("99800.00", 100)
        if part == "risks":
            assert (answer["emv"]["amount"], answer["currencies"][0]["open"]) == ("-4990.00", 998)


async def test_the_pages_of_a_schedule_are_the_schedule_in_any_order(api, eleven):
    golden = await eleven.heard()
    whole = await api.get(f"{golden.program}/schedule")
    assert whole["next"] is None
    for sort in ("task_id", "-task_id", "early_start", "-early_finish", "total_float"):
        items, cursor = [], None
        while cursor is not None or not items:
            asked = f"{golden.program}/schedule?limit=3&sort={sort}" + (f"&cursor={cursor}" if cursor else "")
            page = await api.get(asked)
            assert (page["finish"], page["longest_path"]) == (whole["finish"], whole["longest_path"])
            items += page["items"]
            cursor = page["next"]
        assert {item["task_id"]: item for item in items} == {item["task_id"]: item for item in whole["items"]}
        assert len(items) == len(whole["items"])
        if sort == "-early_finish":
            assert all(before["early_finish"] >= after["early_finish"] for before, after in pairwise(items))


async def test_a_schedule_is_asked_for_by_project_and_for_what_is_critical(api, eleven):
    golden = await eleven.heard()
    project_id = str(golden.project_ids["P1"])
    items = (await api.get(f"{golden.program}/schedule"))["items"]
    of_project = await api.get(f"{golden.program}/schedule?project_id={project_id}")
    assert of_project["items"] == [item for item in items if item["project_id"] == project_id]
    critical = await api.get(f"{golden.program}/schedule?critical=true")
    assert critical["items"] == [item for item in items if item["critical"]]


@pytest.mark.parametrize("asked", ["sort=name", "cursor=nonsense", "limit=0", "limit=1001"])
async def test_a_schedule_cannot_be_asked_for_otherwise(api, asked):
    refused = await api.request("GET", f"{await api.program()}/schedule?{asked}")
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")


async def test_threats_come_page_by_page(api):
    project_id = api.projects.project("P1")
    api.projects.task(project_id, "A", 4)
    for number in range(3):
        api.projects.risk(project_id, "0.5", f"{100 * (number + 1)}.00", days_impact="P1D")
    await api.hear()
    await api.program(project_id)
    goal = (await api.post("/goals", {"name": "G", "due": "2026-03-04"}))["id"]
    await api.post("/alignments", {"goal_id": goal, "project_id": str(project_id)})
    path = f"/goals/{goal}/exposure"
    whole = (await api.get(path))["threats"]
    assert [each["kind"] for each in whole] == ["slip", "risk", "risk", "risk"]
    first = await api.get(f"{path}?limit=3&sort=-by")
    rest = await api.get(f"{path}?limit=3&sort=-by&cursor={first['next']}")
    assert rest["next"] is None
    assert sorted([*first["threats"], *rest["threats"]], key=str) == sorted(whole, key=str)
    other = api.projects.project("P2")
    api.projects.task(other, "B", 9)
    await api.hear()
    await api.post("/alignments", {"goal_id": goal, "project_id": str(other), "weight": 2.5})
    by_weight = (await api.get(f"{path}?sort=-weight"))["threats"]
    assert [(each["weight"], each["project_id"]) for each in by_weight[:2]] == [(2.5, str(other)), (1, str(project_id))]


async def test_a_change_is_read_though_the_network_was_recalled(api, eleven):
    golden = await eleven.heard()
    before = await api.schedule(golden.program)
    api.projects.change(golden.ids["B"], duration="P8D")
    await api.hear()
    moved = await api.schedule(golden.program)
    assert moved[str(golden.ids["D"])]["early_start"] > before[str(golden.ids["D"])]["early_start"]
    api.projects.change(golden.ids["B"], duration="P6D")
    await api.hear()
    assert await api.schedule(golden.program) == before


def test_all_that_an_answer_reflects_can_be_waited_for():
    """Of a program with a hundred projects the header named one position more than `Interlock-After` took."""
    program, answer = SimpleNamespace(id=uuid4(), latest_revision=3), Response()
    reflect(answer, program, {uuid4(): 7 for _ in range(MOST_POSITIONS)})
    assert len(parse_positions(answer.headers["Interlock-Position"])) == MOST_POSITIONS + 1
    reflect(answer, program, {uuid4(): 7 for _ in range(MOST_POSITIONS + 1)})
    assert len(parse_positions(answer.headers["Interlock-Position"])) == 1
