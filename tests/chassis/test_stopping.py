"""A task that is told to end ends, even if the first word of it gets lost on the way."""

import asyncio
from contextlib import suppress

from chassis.stopping import ended


async def test_a_cancellation_that_is_swallowed_is_made_again():
    swallowed = asyncio.Event()

    async def deaf_once() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        swallowed.set()
        await asyncio.sleep(60)

    task = asyncio.create_task(deaf_once())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await ended(task)
    assert swallowed.is_set()
    assert task.cancelled()


async def test_what_failed_has_ended():
    async def fail() -> None:
        raise RuntimeError

    task = asyncio.create_task(fail())
    async with asyncio.timeout(5):
        await ended(task)
    assert task.done()
