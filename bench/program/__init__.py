"""`program.*`: a program of 100 projects x 1,000 tasks and 2,000 dependencies: how soon a slip is seen in its last goal, and how reads grow."""

import asyncio

from bench.program import slips
from bench.result import Result
from bench.stack import Stack


def run(stack: Stack) -> list[Result]:
    """Measure all of them; a minute or two."""
    return asyncio.run(slips.measure(stack))
