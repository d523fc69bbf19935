"""Waiting that ends when there is no use in it any more."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

AGAIN_AFTER: Final = 0.2


async def unless(over: asyncio.Event, doing: Coroutine[Any, Any, None]) -> bool:
    """Wait until it is done, or cancel it as soon as `over` is set. Whether it was done; raises what it raises."""
    task, ending = asyncio.create_task(doing), asyncio.create_task(over.wait())
    try:
        await asyncio.wait([task, ending], return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            return False
        await task
        return True
    finally:
        for each in (task, ending):
            each.cancel()
        await asyncio.gather(task, ending, return_exceptions=True)


async def ended(task: "asyncio.Task[None]") -> None:
    """Cancel a task until it has ended, however it does.

    Once may not be enough: before Python 3.12 `asyncio.wait_for`, with which libraries wait, can swallow a cancellation.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=AGAIN_AFTER)
    if not task.cancelled():
        task.exception()  # has been seen
