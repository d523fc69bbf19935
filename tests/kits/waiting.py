"""Waiting for what other tasks and processes bring about, where they tell nobody: by looking again."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable

WITHIN = 30.0  # seconds


async def eventually(is_so: Callable[[], bool | Awaitable[bool]], within: float = WITHIN) -> None:
    """Return as soon as it is so. Raises TimeoutError after `within` seconds."""
    async with asyncio.timeout(within):
        while not (await answer if inspect.isawaitable(answer := is_so()) else answer):  # noqa: ASYNC110  (nobody sets an event)
            await asyncio.sleep(0.01)
