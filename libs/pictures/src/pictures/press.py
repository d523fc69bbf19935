"""Drawing in a process of its own: matplotlib's time and memory are not the service's, and its settings, which are global, nobody else's.

The child is ``python -m pictures``: pickled pictures in, a JSON list of elements out. It has none of the caller's environment
except where things are.
"""

import asyncio
import os
import pickle
import sys
from collections.abc import Sequence

from pictures.picture import Picture

SECONDS = 60.0
AT_ONCE = 2
"""Children of one process at a time; who comes later waits,"""
MOST_WAITING = 4
"""unless so many wait already: they hold what they came with, a connection perhaps."""
_KEPT = ("PATH", "HOME", "TMPDIR", "MPLCONFIGDIR", "PYTHONPATH", "PYTHONHASHSEED", "VIRTUAL_ENV")

_turns = asyncio.Semaphore(AT_ONCE)
_waiting: set[object] = set()


class DrawingFailed(Exception):
    """The pictures could not be drawn; the message says why."""


class TooBusy(DrawingFailed):
    """Too many are waiting for their pictures; try again in a few seconds."""


async def draw(pictures: Sequence[Picture]) -> list[str]:
    """An ``<svg>`` element for each picture, in their order. Raises TooBusy; DrawingFailed, also after a minute."""
    if not pictures:
        return []
    if len(_waiting) >= MOST_WAITING:
        raise TooBusy(f"{MOST_WAITING} are waiting already")
    turn = object()
    _waiting.add(turn)
    try:
        await _turns.acquire()
    finally:
        _waiting.discard(turn)
    try:
        return await _drawn(pickle.dumps(tuple(pictures)), len(pictures))
    finally:
        _turns.release()


async def _drawn(asked: bytes, count: int) -> list[str]:
    import json

    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pictures"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    try:
        async with asyncio.timeout(SECONDS):
            answer, told = await child.communicate(asked)
    except TimeoutError:
        raise DrawingFailed(f"not drawn after {SECONDS:.0f} s") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        raise DrawingFailed(told.decode(errors="replace").strip().rpartition("\n")[2] or f"status {child.returncode}")
    drawn: list[str] = json.loads(answer)
    if len(drawn) != count:
        raise DrawingFailed(f"{len(drawn)} of {count} pictures came back")
    return drawn
