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
"""Children of one process at a time; who comes later waits."""
_KEPT = ("PATH", "HOME", "TMPDIR", "MPLCONFIGDIR", "PYTHONPATH", "PYTHONHASHSEED", "VIRTUAL_ENV")

_turns = asyncio.Semaphore(AT_ONCE)


class DrawingFailed(Exception):
    """The pictures could not be drawn; the message says why."""


async def draw(pictures: Sequence[Picture]) -> list[str]:
    """An ``<svg>`` element for each picture, in their order. Raises DrawingFailed, also after a minute."""
    if not pictures:
        return []
    async with _turns:
        return await _drawn(pickle.dumps(tuple(pictures)), len(pictures))


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
