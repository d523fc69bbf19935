"""A rebuild gives the same bytes as having lived through all of it."""

import pytest
from tests.program_svc.story import Story

from chassis import parking
from chassis.restoring import Restoration
from program_svc.consumers import projection
from program_svc.picture import canonical_picture

pytestmark = pytest.mark.slow

EVENTS = 10_000
BATCH = 250
MOST_TASKS = 60


class LongStory(Story):
    """One that stays of a size: what comes goes again."""

    def happen(self):
        if sum(map(len, self.tasks.values())) > MOST_TASKS:
            self.drop_task()
        happenings = [self.slip] * 8 + [self.new_task, self.new_link, self.drop_link, self.change_link, self.recalendar]
        self.random.choice([*happenings, self.spend, self.worry, self.stumble])()

    def worry(self):
        self.projects.risk(self.random.choice(self.project_ids), "0.3", "100.00", escalated=self.random.random() < 0.3)

    def stumble(self):
        self.projects.issue(self.random.choice(self.project_ids), priority=self.random.choice(["low", "high"]))


async def picture_of(api, program):
    async with api.database.transaction(api.organization_id) as session:
        return await canonical_picture(session, program.removeprefix("/programs/"))


@pytest.mark.long
async def test_after_a_random_history_a_rebuild_gives_the_same_bytes(api):
    story = LongStory(api, seed=7)
    await story.begin()
    heard = 0
    while heard < EVENTS:
        while len(story.projects.said) < BATCH:
            story.happen()
        heard += len(story.projects.said)
        async with api.database.transaction() as session:
            await story.projector.apply(session, story.projects.take())
        await story.propose()
    lived = await picture_of(api, story.program)
    assert lived.count(b'"known_issues"') == 1
    assert lived.count(b'"task_id"') > MOST_TASKS
    async with api.database.transaction() as session:
        await parking.park_all(session, ["project"])
        parked = [each for each in await parking.due(session, ["project"], 1_000) if each.id in story.projects.records]
    assert len(parked) == 3
    for each in story.random.sample(parked, 3):
        async with api.database.transaction() as session:
            await projection().restore(session, Restoration(each, story.projects.snapshot(each.id)))
    assert await picture_of(api, story.program) == lived
