"""`events.*`: from the commit to the stream, from the stream to the picture, and what the outbox costs a transaction."""

import asyncio

from bench.events import large_program, latency, outbox_overhead, projection, relay
from bench.result import Result, missing
from bench.stack import Stack


def run(stack: Stack) -> list[Result]:
    """Measure all of them; minutes of work for the machine."""
    return [
        *asyncio.run(relay.measure(stack)),
        *asyncio.run(projection.measure(stack)),
        *asyncio.run(outbox_overhead.measure(stack)),
        *asyncio.run(latency.measure(stack)),
        *asyncio.run(large_program.measure(stack)),
        missing("events.sse_hub", "events/s", "the hub for live events is not built yet"),
    ]
