"""What the projector goes on from between events gives what the whole computation gives, whatever happens in between.

A story too large to think up is drawn: slips, links, cycles through dependencies, tasks and projects that are cancelled and come back,
agreements over HTTP, batches that are rolled back, projectors that start anew. After each step the stored rows and the dependencies
are those that the facts imply.
"""

from contextlib import suppress
from types import SimpleNamespace
from uuid import uuid4

import pytest
from tests.program_svc.story import RolledBack, Story

from program_svc.network import following
from program_svc.network.memory import Memory, Remembered


@pytest.mark.parametrize("large", [0, 2_000], ids=["arrays", "objects"])
@pytest.mark.parametrize(
    ("seed", "steps"), [(1, 25), *(pytest.param(seed, 50, marks=pytest.mark.slow) for seed in range(2, 6))]
)
async def test_what_is_remembered_gives_what_the_facts_imply(api, monkeypatch, large, seed, steps):
    monkeypatch.setattr(following, "LARGE", large)
    story = Story(api, seed)
    await story.begin()
    for _ in range(steps):
        await story.step()
    assert story.compared > steps / 2


async def test_what_says_nothing_of_a_network_does_not_make_it_be_read_again(api, monkeypatch):
    """A revision's recalculation came in a batch of its own, and every change after it had the whole program read anew."""
    reads, read = [], following._read

    async def counted(locked):
        reads.append(locked.program.id)
        return await read(locked)

    monkeypatch.setattr(following, "_read", counted)
    story = Story(api, 1)
    await story.begin()
    story.slip()
    await story.hear()
    assert len(reads) == 1
    for _ in range(3):
        story.spend()
        await story.hear()
        story.slip()
        await story.hear()
    await story.check()
    assert len(reads) == 1


def remembered(tasks):
    """A program of so many tasks."""
    return Remembered(SimpleNamespace(tasks=range(tasks)), revision=1, deadline=None, places={}, dependencies=())


async def test_a_program_is_remembered_once_its_transaction_is_committed(database):
    memory, kept, lost = Memory(), uuid4(), uuid4()
    async with database.transaction() as session:
        memory.keep_on_commit(session, kept, remembered(1))
        assert memory.take(kept) is None
    assert memory.take(kept) is not None
    with suppress(RolledBack):
        async with database.transaction() as session:
            memory.keep_on_commit(session, lost, remembered(1))
            raise RolledBack
    assert memory.take(lost) is None


async def test_programs_that_were_settled_longest_ago_are_forgotten_first(database):
    memory, ids = Memory(most_tasks=5), [uuid4() for _ in range(3)]
    for program_id, tasks in zip(ids, (2, 3, 2), strict=True):
        async with database.transaction() as session:
            memory.keep_on_commit(session, program_id, remembered(tasks))
    assert [memory.take(program_id) is not None for program_id in ids] == [False, True, True]


async def test_the_last_program_is_remembered_whatever_its_size(database):
    memory, program_id = Memory(most_tasks=5), uuid4()
    async with database.transaction() as session:
        memory.keep_on_commit(session, program_id, remembered(1_000))
    assert memory.take(program_id) is not None
