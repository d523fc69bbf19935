"""`python -m bench.soak --minutes N [--seed S]`: write, kill, pause and restart; then say whether every invariant holds.

The same is written on a second stack, which nobody disturbs: the program's picture there, the one here, and the one that is made of the
stream's events alone are the same bytes.

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
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import httpx

from bench.soak.disturbing import disturb, weigh
from bench.soak.evidence import gather
from bench.soak.invariants import Evidence, Told, findings
from bench.soak.listening import connected, consume, listen_live, receiving
from bench.soak.pictures import named, picture_of, rebuild_from_stream
from bench.soak.writing import Done, StackIsDead, prepare, write, write_again
from bench.stack import Stack
from contracts.subjects import Stream

PROJECTS = 6
WRITERS = 4
SAYS_EVERY = 30.0
OK, VIOLATED, DIED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a disturbed run. `picture`: the program's at the end."""

    evidence: Evidence
    figures: dict[str, Any]
    projects: list[str]
    writers: list[list[Done]]
    picture: bytes


async def soak(stack: Stack, minutes: float, seed: int) -> Run:
    """Write and disturb; then wait until all has settled, and make the picture anew. Says on standard output what was done."""
    heard: dict[str, list[Told]] = {"consumer": [], "live": [], "webhook": []}
    async with (
        access(stack) as api,
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
        writers, disturbed = [task.result() for task in writing], disturbing.result()
        acknowledged = sum(map(len, writers))
        say(f"{acknowledged} writes acknowledged, {disturbed.total()} disturbances; waiting until all has settled …")
        evidence = await gather(stack, client, {program, *projects}, heard)
        picture = await picture_there(stack, api, program)
        await asyncio.to_thread(rebuild_from_stream, stack.home)
        is_same = await picture_there(stack, api, program) == picture
        for task in listening:
            task.cancel()
    figures = {
        "seed": seed,
        "acknowledged writes": acknowledged,
        "disturbances": disturbed,
        "memory": weighing.result(),
    }
    evidence = replace(evidence, pictures={"one made of the stream alone": is_same})
    return Run(evidence, figures, projects, writers, picture)


async def undisturbed(stack: Stack, run: Run) -> bytes:
    """The picture of a program about which the same was written here, without any fault."""
    async with access(stack) as api, connected(stack) as client, asyncio.TaskGroup() as background:
        watching = background.create_task(watch(stack))
        program, projects = await prepare(api, PROJECTS)
        await write_again(api, run.writers, dict(zip(run.projects, projects, strict=True)))
        await gather(stack, client, {program, *projects}, {})
        picture = await picture_there(stack, api, program)
        watching.cancel()
    return picture


@asynccontextmanager
async def access(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    """The stack's API, as its administrator."""
    headers = {"Authorization": f"Bearer {stack.token}"}
    async with httpx.AsyncClient(base_url=f"{stack.url}/v1", headers=headers, timeout=60) as api:
        yield api


async def picture_there(stack: Stack, api: httpx.AsyncClient, program: str) -> bytes:
    """The program's canonical picture."""
    organization = (await api.get(f"/programs/{program}")).raise_for_status().json()["organization_id"]
    return await asyncio.to_thread(picture_of, stack.home, program, organization)


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
    disturbed, calm = Stack(), Stack()
    try:
        run = asyncio.run(soak(disturbed, arguments.minutes, arguments.seed))
        disturbed.stop()
        say("writing the same where nobody disturbs …")
        is_same = named(asyncio.run(undisturbed(calm, run))) == named(run.picture)
    except (Exception, KeyboardInterrupt):  # noqa: BLE001  (whatever it was: it is said, and the run has failed)
        say(traceback.format_exc())
        say("THE RUN DIED HALF-WAY: nothing is proven")
        return DIED
    finally:
        disturbed.stop()
        calm.stop()
    evidence = run.evidence
    report = findings(replace(evidence, pictures={**evidence.pictures, "without any fault": is_same}))
    say(json.dumps({**run.figures, **report.counts, "wrong": report.wrong}, indent=2))
    say("every invariant holds" if report.holds else "NOT every invariant holds:\n" + "\n".join(report.wrong))
    return OK if report.holds else VIOLATED


if __name__ == "__main__":
    sys.exit(main())
