"""`engine.*`: what the planning engine computes, and how fast."""

from bench.engine import levelling, network, simulation
from bench.result import Result
from bench.stack import Stack


def run(stack: Stack) -> list[Result]:  # noqa: ARG001 - every part takes the stack; the engine needs none
    """Measure all of them; minutes of work for the machine."""
    return [*network.measure(), *simulation.measure(), *levelling.measure()]
