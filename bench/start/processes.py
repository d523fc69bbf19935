"""`start.<process>`: each of the six processes, started beside a running stack with what its own is told, until `/health/ready` says 200.

Seconds on the clock, as an operator waits for them; the note has the processor's. The reference is a bare application with as many routes.
"""

import http.client
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil

from bench.result import Result, compared
from bench.stack import PROCESSES, Stack
from local_stack.ports import HOST, free_port

ROUNDS = 5
WITHIN = 60.0
LOOK_EVERY = 0.005


@dataclass(frozen=True, slots=True)
class Start:
    """How long one start took: on the clock, and of the processor."""

    seconds: float
    cpu: float


def measure(stack: Stack) -> list[Result]:
    """Each process in turns with the bare application."""
    assert stack.url  # the stack is up
    bare, results = [], []
    started: dict[str, list[Start]] = {name: [] for name in PROCESSES}
    for _ in range(ROUNDS):
        port = free_port()
        bare.append(start(["bench.start.bare", str(port)], os.environ, port))
        for name, (module, command) in PROCESSES.items():
            port = free_port()
            told = stack.process(name).environ() | {"INTERLOCK_PORT": str(port), "INTERLOCK_HEALTH_PORT": str(port)}
            started[name].append(start([module, command], told, port))
    for name, starts in started.items():
        cpu = statistics.median(each.cpu for each in starts)
        beside = statistics.median(each.cpu for each in bare)
        note = f"CPU {cpu:.2f} s, the reference's {beside:.2f} s; aim: under 2 s"
        metric = f"start.{name.replace('-', '_')}"
        results.append(compared(metric, "s", [each.seconds for each in starts], [each.seconds for each in bare], note))
    return results


def start(module: Sequence[str], environment: Mapping[str, str], port: int) -> Start:
    """Start a process and end it again. Raises RuntimeError if it ends by itself or is never ready."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", *module], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not _is_ready(port):
            if process.poll() is not None or time.monotonic() - began > WITHIN:
                raise RuntimeError(f"{module} was not ready within {WITHIN:.0f} s")
            time.sleep(LOOK_EVERY)
        seconds, spent = time.monotonic() - began, psutil.Process(process.pid).cpu_times()
        return Start(seconds, spent.user + spent.system)
    finally:
        process.terminate()
        process.wait()


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
