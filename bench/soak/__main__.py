"""`python -m bench.soak --minutes N [--seed S]`: write, kill, pause and restart; then say whether every invariant holds.

The exit status is 0 only if it does: 1 when one does not, 2 when the run died half-way, which proves nothing either way.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import time
import traceback
from typing import NoReturn

import httpx

from bench.soak.disturbing import disturb, weigh
from bench.soak.evidence import gather
from bench.soak.invariants import Findings, Told, findings
from bench.soak.listening import connected, consume, listen_live, receiving
from bench.soak.writing import StackIsDead, prepare, write
from bench.stack import Stack
from contracts.subjects import Stream

PROJECTS = 6
WRITERS = 4
SAYS_EVERY = 30.0
OK, VIOLATED, DIED = 0, 1, 2


async def soak(stack: Stack, minutes: float, seed: int) -> Findings:
    """Run it, and judge. Says on standard output what was done."""
    heard: dict[str, list[Told]] = {"consumer": [], "live": [], "webhook": []}
    headers = {"Authorization": f"Bearer {stack.token}"}
    async with (
        httpx.AsyncClient(base_url=f"{stack.url}/v1", headers=headers, timeout=60) as api,
        connected(stack) as client,
        receiving(api, heard["webhook"]),
        asyncio.TaskGroup() as background,
    ):
        everything = [
            *(consume(client, stream, heard["consumer"]) for stream in Stream),
            listen_live(api, heard["live"]),
            watch(stack),
        ]
        listening = [background.create_task(each) for each in everything]
        program, projects = await prepare(api, PROJECTS)
        until = time.monotonic() + minutes * 60
        async with asyncio.TaskGroup() as work:
            disturbing = work.create_task(disturb(stack, random.Random(seed), until))
            weighing = work.create_task(weigh(stack, until))
            chances = [random.Random(seed + number) for number in range(WRITERS)]
            writing = [work.create_task(write(api, projects, chance, until)) for chance in chances]
        acknowledged, disturbed = sum(task.result() for task in writing), disturbing.result()
        say(f"{acknowledged} writes acknowledged, {disturbed.total()} disturbances; waiting until all has settled …")
        evidence = await gather(stack, client, {program, *projects}, heard)
        for task in listening:
            task.cancel()
    report = findings(evidence)
    figures = {
        "seed": seed,
        "acknowledged writes": acknowledged,
        "disturbances": disturbed,
        "memory": weighing.result(),
    }
    say(json.dumps({**figures, **report.counts, "wrong": report.wrong}, indent=2))
    return report


async def watch(stack: Stack) -> NoReturn:
    """Say that it goes on, and notice when the stack does not. Raises StackIsDead."""
    began = said = time.monotonic()
    while True:
        await asyncio.sleep(1)
        if (code := stack.ended()) is not None:
            raise StackIsDead(f"the stack ended with {code}:\n{stack.log()}")
        if time.monotonic() - said >= SAYS_EVERY:
            said = time.monotonic()
            say(f"{said - began:.0f} s …")


def say(line: str) -> None:
    """Onto standard output, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _told_to_stop(number: int, _: object) -> NoReturn:
    raise StackIsDead(f"it was told to stop by {signal.Signals(number).name}")


def main() -> int:
    """Read the command line, run, clean up."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    os.environ["INTERLOCK_WEBHOOK_NETWORKS"] = '["127.0.0.0/8"]'  # where our receiver is
    signal.signal(signal.SIGTERM, _told_to_stop)
    stack = Stack()
    try:
        report = asyncio.run(soak(stack, arguments.minutes, arguments.seed))
    except (Exception, KeyboardInterrupt):  # noqa: BLE001  (whatever it was: it is said, and the run has failed)
        say(traceback.format_exc())
        say("THE RUN DIED HALF-WAY: nothing is proven")
        return DIED
    finally:
        stack.stop()
    say("every invariant holds" if report.holds else "NOT every invariant holds:\n" + "\n".join(report.wrong))
    return OK if report.holds else VIOLATED


if __name__ == "__main__":
    sys.exit(main())
