"""`engine.simulation`: 1,000 tasks in 10,000 runs, criticality and sensitivity included, beside the same in numpy, whole rows at a time."""

import random
from datetime import date
from time import process_time
from unittest.mock import patch
from uuid import UUID

from bench.result import Result, compared, interleaved
from planning import MON_TO_FRI, Link, Plan, Project, Task, TaskKind
from planning.simulation import Estimate, Uncertainty, loops, reference, simulate

TASKS = 1_000
RUNS = 10_000
ROUNDS = 3
NAME = "engine.simulation"


def measure() -> list[Result]:
    """Processor seconds of one simulation, which uses one processor."""
    plan, uncertainty = program(TASKS)

    def compiled() -> float:
        begin = process_time()
        simulate(plan, uncertainty, runs=RUNS, seed=1)
        return process_time() - begin

    def in_numpy() -> float:
        with patch.multiple(loops, **{name: getattr(reference, name) for name in loops.__all__}):
            return compiled()

    note = f"{TASKS:,} tasks, {RUNS:,} runs; reference: the same passes in numpy"
    return [compared(NAME, "s", *interleaved(compiled, in_numpy, rounds=ROUNDS), note)]


def program(count: int) -> tuple[Plan, Uncertainty]:
    """A plan of two links to a task on average, every duration estimated by its own three points; always the same one."""
    draw = random.Random(1)
    project = UUID(int=0)
    ids = [UUID(int=number + 1) for number in range(count)]
    tasks = [Task(task_id, project, TaskKind.TASK, draw.randint(1, 20) * 480) for task_id in ids]
    pairs = [
        (before, after)
        for after in range(1, count)
        for before in sorted({max(0, after - draw.randint(1, 40)) for _ in range(2)})
    ]
    links = [Link(UUID(int=count + place), ids[a], ids[b]) for place, (a, b) in enumerate(pairs, 1)]
    estimates = {
        task.id: Estimate(task.duration * draw.uniform(0.6, 0.9), task.duration, task.duration * draw.uniform(1.2, 2))
        for task in tasks
    }
    start = MON_TO_FRI.day_start(date(2026, 3, 2))
    return Plan([Project(project, start, None, None, MON_TO_FRI)], tasks, links), Uncertainty(estimates, {})
