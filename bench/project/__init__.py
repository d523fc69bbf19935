"""`project.list100.*` and `project.read.*`: what reading costs in project-svc, beside the same by hand, for every record."""

import asyncio

from bench.project import reading
from bench.result import Result
from bench.stack import Stack


def run(stack: Stack) -> list[Result]:
    """Measure all of them; about a minute and a half."""
    return asyncio.run(reading.measure(stack))
