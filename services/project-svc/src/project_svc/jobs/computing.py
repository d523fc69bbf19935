"""Long computations in a process of their own: the worker's loop goes on, memory is given back, and what is called off is killed.

`compute` starts `python -m project_svc.jobs.child`, hands it a function's name and pickled arguments, and gets progress and the result
back. The child has none of our settings in its environment, and ends by itself when its parent is gone.
"""

import asyncio
import os
import pickle
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from chassis.settings import PREFIX

LENGTH = 8
"""Bytes in which the length of a message is told, big-endian."""


class ComputationFailed(Exception):
    """The child ended without an answer: out of memory, perhaps."""


Told = Callable[[float], Awaitable[None]]


async def compute(function: str, *arguments: Any, told: Told) -> Any:
    """What `module:function` answers for (told, *arguments), computed in a child. Raises what it raised, ComputationFailed.

    told: hears how much of the whole is done, 0 to 1; what it raises ends the computation.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "project_svc.jobs.child",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environment,
    )
    try:
        assert child.stdin is not None, "it was asked for"
        assert child.stdout is not None, "it was asked for"
        child.stdin.write(framed((function, arguments)))
        await child.stdin.drain()
        return await _answer(child.stdout, told)
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise ComputationFailed(f"{function} ended without an answer, with status {await child.wait()}") from error
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()
        if child.stdin is not None:
            child.stdin.close()


async def _answer(stdout: asyncio.StreamReader, told: Told) -> Any:
    while True:
        length = int.from_bytes(await stdout.readexactly(LENGTH), "big")
        what, value = pickle.loads(await stdout.readexactly(length))  # noqa: S301  (from our own child)
        match what:
            case "told":
                await told(value)
            case "answered":
                return value
            case _:
                raise value


def framed(message: Any) -> bytes:
    """A message with its length before it."""
    data = pickle.dumps(message)
    return len(data).to_bytes(LENGTH, "big") + data
