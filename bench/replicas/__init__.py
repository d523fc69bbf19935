"""`replicas.*`: what one process of each kind spends on what it is there for, so what one replica carries (docs/scale.md)."""

import asyncio

from bench.http.interlock import Interlock
from bench.replicas.live import live_streams
from bench.replicas.services import program_serve, project_worker
from bench.result import Result
from bench.stack import Stack


def run(stack: Stack) -> list[Result]:
    """Measure all of them on a stack with the sample program; about a minute."""
    interlock = Interlock(stack)
    with asyncio.Runner() as runner:
        found = [
            *runner.run(program_serve(stack)),
            *runner.run(project_worker(stack, interlock)),
            *runner.run(live_streams(stack, interlock)),
        ]
        interlock.close()
    return found
