"""`start.*`: from the start of a process until it says that it is ready, and what of that the planning engine takes."""

from bench.result import Result
from bench.stack import Stack
from bench.start import engine, processes


def run(stack: Stack) -> list[Result]:
    """Measure all of them."""
    return [*engine.measure(), *processes.measure(stack)]
