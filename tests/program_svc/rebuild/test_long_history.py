"""A rebuild gives the same bytes as having lived through all of it."""

import pytest
from tests.program_svc.story import Story

from chassis.sources import Source

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


@pytest.mark.long
async def test_after_a_random_history_a_rebuild_gives_the_same_bytes(world):
    """With a worker that follows all along; from snapshots, and from the stream alone."""
    world.story = story = LongStory(world.api, seed=7)
    story.hear = world.tell
    await story.begin()
    while world.told < EVENTS:
        while len(story.projects.said) < BATCH:
            story.happen()
        await world.tell()
        await story.propose()
    lived = await world.picture()
    assert lived.count(b'"task_id"') > MOST_TASKS
    await world.rebuild().run(Source.SNAPSHOTS)
    assert set(world.asked) >= set(story.project_ids)  # and those of the story that the world began with
    assert await world.picture() == lived
    await world.sql("UPDATE known_tasks SET duration = duration + 480 WHERE kind = 'task'")
    await world.sql("UPDATE program_schedule SET early_start = early_start + 480")
    world.asked.clear()
    await world.rebuild().run(Source.STREAM)
    assert world.asked == []
    assert await world.picture() == lived
