"""Killing, pausing and restarting the parts of a stack, and weighing them meanwhile."""

import asyncio
import random
import signal
import time
from collections import Counter
from contextlib import suppress

import psutil

from bench.stack import PROCESSES, Stack
from local_stack.processes import marked_with

WEIGH_EVERY = 5.0
HOW = (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM)
FAST = signal.SIGINT
"""To PostgreSQL in place of SIGTERM, at which it would wait until everybody has gone by himself."""


async def disturb(stack: Stack, chance: random.Random, until: float) -> Counter[str]:
    """Kill, pause and restart parts, one after the other; the stack brings back what dies."""
    done: Counter[str] = Counter()
    while time.monotonic() < until:
        await asyncio.sleep(chance.uniform(3, 8))
        part, how = chance.choice([*PROCESSES, "nats", "postgres"]), chance.choice(HOW)
        try:
            process = _process(stack, part)
        except (LookupError, OSError, psutil.Error):
            continue  # it is on its way back
        process.send_signal(FAST if (part, how) == ("postgres", signal.SIGTERM) else how)
        done[f"{how.name} {part}"] += 1
        if how is signal.SIGSTOP:
            try:
                await asyncio.sleep(chance.uniform(0.5, 4))
            finally:
                process.send_signal(signal.SIGCONT)
    return done


async def weigh(stack: Stack, until: float) -> dict[str, dict[str, int]]:
    """Of each part, the memory of the process that ran longest: MiB when it had just begun, and at its most."""
    seen: dict[str, dict[int, list[int]]] = {part: {} for part in PROCESSES}
    while time.monotonic() < until:
        for part, of_process in seen.items():
            with suppress(LookupError, psutil.Error):
                process = stack.process(part)
                of_process.setdefault(process.pid, []).append(process.memory_info().rss >> 20)
        await asyncio.sleep(WEIGH_EVERY)
    longest = {part: max(of_process.values(), key=len) for part, of_process in seen.items() if of_process}
    return {part: {"first": sizes[0], "most": max(sizes), "last": sizes[-1]} for part, sizes in longest.items()}


def _process(stack: Stack, part: str) -> psutil.Process:
    """Raises LookupError, OSError or psutil.Error when it is away."""
    if part == "nats":
        return marked_with(stack.home / "nats")[0]
    return psutil.Process(stack.postmaster) if part == "postgres" else stack.process(part)
