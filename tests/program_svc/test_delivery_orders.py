"""The picture is a matter of the facts alone: events late, early, doubled and interleaved, with restarts in between, give the same bytes."""

import random

import pytest
from uuid_utils.compat import uuid7

from chassis import parking
from chassis.restoring import Restoration
from contracts.vocabulary import DependencyPolicy, DependencyStatus
from program_svc.components.models import Component
from program_svc.consumers import projection
from program_svc.dependencies.models import Dependency
from program_svc.picture import canonical_picture
from program_svc.programs.models import Program
from program_svc.tables import now


@pytest.fixture
def story(eleven, api):
    """The golden network with a life after it: slips, other links, money, risks, a task that comes and goes."""
    projects, ids = api.projects, eleven.ids
    for days in (8, 5, 7):
        projects.change(ids["B"], duration=f"P{days}D")
    extra = projects.task(eleven.project_ids["P2"], "L", 9)
    detour = projects.link(eleven.project_ids["P2"], ids["D"], extra)
    projects.change(detour, lag="P2D")
    projects.link(eleven.project_ids["P2"], extra, ids["G"], type="SS", lag="P1D")
    passing = projects.task(eleven.project_ids["P3"], "M", 30)
    projects.delete(passing)
    line = projects.budget_line(eleven.project_ids["P1"], "1000.50", task_id=str(ids["A"]))
    projects.change(line, amount={"amount": "999.99", "currency": "EUR"})
    projects.actual(eleven.project_ids["P1"], "12.34")
    risk = projects.risk(eleven.project_ids["P2"], "0.3", "1000")
    projects.change(risk, state="closed", emv={"amount": "0.00", "currency": "EUR"})
    projects.change(ids["A"], actual_start="2026-03-03", percent_complete=50, state="in_progress")
    return eleven


async def agree(session, golden, program_id):
    """A program of the golden projects with its dependencies, one of them soft, before anything is heard."""
    organization_id = golden.api.organization_id
    session.add(
        Program(id=program_id, organization_id=organization_id, revision=1, latest_revision=1, key="P", name="P")
    )
    await session.flush()
    for project_id in golden.project_ids.values():
        session.add(
            Component(organization_id=organization_id, revision=1, program_id=program_id, project_id=project_id)
        )
    for number, (before, after) in enumerate(golden.case["as_a_program"]["dependencies"]):
        session.add(
            Dependency(
                id=golden.dependency_ids[number],
                organization_id=organization_id,
                revision=1,
                program_id=program_id,
                provider_project_id=golden.api.projects.records[golden.ids[before]]["project_id"],
                provider_task_id=golden.ids[before],
                receiver_project_id=golden.api.projects.records[golden.ids[after]]["project_id"],
                receiver_task_id=golden.ids[after],
                policy=DependencyPolicy.SOFT if (before, after) == ("B", "D") else DependencyPolicy.HARD,
                accepted=golden.accepted if (before, after) == ("B", "D") else None,
                state=DependencyStatus.COMMITTED,
                committed_at=now(),
            )
        )


async def picture_after(database, golden, program_id, batches, *, restored=False):
    """Live through these batches from nothing, each in a transaction and a projection of its own; leave no trace.

    If asked, trust nothing of it at the end and restore every project from its snapshot.
    """
    organization_id = golden.api.organization_id
    async with database.connection.begin_nested() as trial:
        async with database.transaction(organization_id) as session:
            await agree(session, golden, program_id)
        for batch in batches:
            async with database.transaction() as session:
                await projection().apply(session, batch)
        if restored:
            await restore_all(database, golden.api.projects)
        async with database.transaction(organization_id) as session:
            picture = await canonical_picture(session, program_id)
        await trial.rollback()
    return picture


async def restore_all(database, projects):
    async with database.transaction() as session:
        await parking.park_all(session, ["project"])
        # Other tests of this database leave projects that they had to commit.
        parked = [each for each in await parking.due(session, ["project"], 1_000) if each.id in projects.records]
    assert len(parked) == 3
    for each in parked:
        async with database.transaction() as session:
            await projection().restore(session, Restoration(each, projects.snapshot(each.id)))


def disorder(events, chance):
    """The events as a bad day delivers them: shuffled, some of them again, cut into batches of any size."""
    shuffled = [*events, *chance.sample(events, k=chance.randint(1, len(events)))]
    chance.shuffle(shuffled)
    while shuffled:
        size = chance.randint(1, 15)
        yield shuffled[:size]
        del shuffled[:size]


@pytest.mark.parametrize("orders", [5, pytest.param(100, marks=[pytest.mark.slow, pytest.mark.long])])
async def test_every_delivery_order_gives_the_same_bytes(story, database, orders):
    program_id = uuid7()
    story.dependency_ids = [uuid7() for _ in range(4)]
    story.accepted = 29_557_020  # 2026-03-13T17:00, earlier than B is ready
    events = story.api.projects.take()
    expected = await picture_after(database, story, program_id, [events])
    assert expected.count(b'"task_id"') > 24
    for seed in range(orders):
        batches = list(disorder(events, random.Random(seed)))
        assert await picture_after(database, story, program_id, batches) == expected, f"seed {seed}"


@pytest.mark.parametrize("seed", range(4))
async def test_projects_of_which_events_were_lost_are_restored_to_the_same_bytes(story, database, seed):
    program_id = uuid7()
    story.dependency_ids = [uuid7() for _ in range(4)]
    story.accepted = 29_557_020
    events = story.api.projects.take()
    expected = await picture_after(database, story, program_id, [events])
    chance = random.Random(seed)
    heard = [event for event in events if event.revision == 1 or chance.random() < 0.6]
    assert await picture_after(database, story, program_id, [heard], restored=True) == expected


async def test_a_project_that_is_gone_is_restored_to_nothing(eleven, api):
    await api.hear()
    program = await api.program(*eleven.project_ids.values())
    gone = eleven.project_ids["P3"]
    ids = {str(id_) for id_, kept in api.projects.records.items() if kept["project_id"] == gone}
    async with api.database.transaction() as session:
        await parking.park_all(session, ["project"])
        [parked] = [each for each in await parking.due(session, ["project"], 100) if each.id == gone]
        await projection().restore(session, Restoration(parked))
    schedule = await api.schedule(program)
    assert not schedule.keys() & ids
    assert str(gone) not in [each["project_id"] for each in (await api.get(f"{program}/components"))["items"]]
