"""`events.*`: from the commit to the stream, from the stream to the picture and to listeners, and what the outbox costs a transaction."""

import uvloop

from bench.events import large_program, latency, outbox_overhead, projection, relay, sse_hub, waiting_read
from bench.result import Result
from bench.stack import Stack


def run(stack: Stack) -> list[Result]:
    """Measure all of them, on the event loop that the services run on; minutes of work for the machine."""
    return [
        *uvloop.run(relay.measure(stack)),
        *uvloop.run(projection.measure(stack)),
        *uvloop.run(outbox_overhead.measure(stack)),
        *uvloop.run(latency.measure(stack)),
        *uvloop.run(waiting_read.measure(stack)),
        *uvloop.run(large_program.measure(stack)),
        *uvloop.run(sse_hub.measure(stack)),
    ]
