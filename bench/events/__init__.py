"""`events.*`: from the commit to the stream, from the stream to the picture and to listeners, and what the outbox costs a transaction."""

import asyncio

from bench.events import large_program, latency, outbox_overhead, projection, relay, sse_hub, waiting_read
from bench.result import Result
from bench.stack import Stack


def run(stack: Stack) -> list[Result]:
    """Measure all of them; minutes of work for the machine."""
    return [
        *asyncio.run(relay.measure(stack)),
        *asyncio.run(projection.measure(stack)),
        *asyncio.run(outbox_overhead.measure(stack)),
        *asyncio.run(latency.measure(stack)),
        *asyncio.run(waiting_read.measure(stack)),
        *asyncio.run(large_program.measure(stack)),
        *asyncio.run(sse_hub.measure(stack)),
    ]
