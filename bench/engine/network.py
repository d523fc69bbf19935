"""`engine.full_pass_100k`, `engine.event_*`, `engine.link_p99`: a program of 100 projects with 1,000 tasks each, 235,000 links.

Processor time of one thread: what the engine takes, not what else the machine has to do.
"""

import random
from collections.abc import Callable, Iterator
from datetime import date
from itertools import count
from time import process_time

import numpy as np

from bench.engine.c_kernel import CKernel
from bench.result import Result, compared, interleaved, missing, percentile
from planning import MON_TO_FRI, Link, LinkType, NetworkCycle, Project, Task, TaskKind
from planning.engine import Columns, LinkColumns, LiveNetwork, Removed, TaskColumns
from planning.engine.anchors import finish_of_all, positions_of
from planning.engine.arrays import Network, empty_early, empty_late
from planning.engine.codes import KIND
from planning.engine.network import laid
from planning.engine.passes import backward, forward

PROJECTS, TASKS, LINKS = 100, 1_000, 235_000
BETWEEN_PROJECTS = 300
MILESTONES = 0.05
REACH = 30
ROUNDS = 30
EVENTS = 1_000
DAY = MON_TO_FRI.minutes_per_day
SEED = 1


def measure() -> list[Result]:
    """The whole pass beside the C kernel, then events one by one."""
    columns = program()
    live = LiveNetwork(columns)
    tasks = sorted(durations(live, columns))
    links = sorted(insertions(live, columns))
    return [
        *whole_pass(laid(columns).network),
        *(latency(f"engine.event_p{share}", tasks, share, aim) for share, aim in ((50, 0.5), (95, 5), (99, 15))),
        latency("engine.link_p99", links, 99, 10),
    ]


def program(between: int = BETWEEN_PROJECTS) -> Columns:
    """Always the same one: links lead forward, most of them not far; durations are whole days from 1 to 10. between: so many join projects."""
    draw = np.random.default_rng(SEED)
    size, inner = PROJECTS * TASKS, LINKS - between
    days = np.where(draw.random(size) < MILESTONES, 0, draw.integers(1, 11, size))
    within = draw.integers(0, TASKS - 1, inner)
    first = draw.integers(0, PROJECTS, inner) * TASKS
    near = np.minimum(within + draw.geometric(1 / REACH, inner), TASKS - 1)
    giver = draw.integers(0, size // 2, between)
    receiver = np.minimum(giver + TASKS * draw.integers(1, PROJECTS // 2, between), size - 1)
    start = MON_TO_FRI.day_start(date(2026, 3, 2))
    plain = draw.random(LINKS) < 0.8
    return Columns(
        [Project(number, start, None, None, MON_TO_FRI) for number in range(PROJECTS)],
        TaskColumns.of(
            [f"task {number}" for number in range(size)],
            duration=days * DAY,
            project=np.repeat(np.arange(PROJECTS), TASKS),
            kind=np.where(days == 0, KIND[TaskKind.MILESTONE], KIND[TaskKind.TASK]),
        ),
        LinkColumns.of(
            [f"link {number}" for number in range(LINKS)],
            predecessor=np.concatenate([first + within, giver]),
            successor=np.concatenate([first + near, receiver]),
            kind=np.where(plain, 0, draw.integers(0, len(LinkType), LINKS)),
            lag=np.where(plain, 0, draw.integers(-2, 4, LINKS)) * DAY,
        ),
    )


def whole_pass(network: Network) -> list[Result]:
    """Early and late dates, drivers, floats of 100,000 tasks. Milliseconds."""
    early, late = empty_early(network.order.size), empty_late(network.order.size)
    last = np.empty(1, np.int32)

    def ours() -> None:
        forward(network, early, False)
        whole = positions_of(network, finish_of_all(network, early, last))
        backward(network, early, late, whole, whole, False, False)

    try:
        in_c = CKernel(network)
    except FileNotFoundError as error:
        return [missing("engine.full_pass_100k", "ms", str(error))]
    ours()
    in_c.run()
    if not (np.array_equal(early.start, in_c.early) and np.array_equal(late.start, in_c.late)):
        raise AssertionError("the passes and the C kernel disagree")
    values, references = interleaved(lambda: timed(ours), lambda: timed(in_c.run), rounds=ROUNDS)
    return [
        compared(
            "engine.full_pass_100k", "ms", values, references, "reference: the bare critical path in C; aim: 2.5 x"
        )
    ]


def durations(live: LiveNetwork, columns: Columns) -> Iterator[float]:
    """Tasks that turn out longer or shorter. Milliseconds each."""
    draw = random.Random(SEED)
    tasks = columns.tasks
    plain = [row for row in range(len(tasks.ids)) if tasks.duration[row]]
    for _ in range(EVENTS):
        row = draw.choice(plain)
        task = Task(tasks.ids[row], int(tasks.project[row]), TaskKind.TASK, draw.randint(1, 10) * DAY)
        yield timed(lambda task=task: live.apply([task]))


def insertions(live: LiveNetwork, columns: Columns) -> Iterator[float]:
    """Links put between near tasks of a project in either direction, accepted or refused, and removed again. Milliseconds each."""
    draw = random.Random(SEED)
    ids = columns.tasks.ids
    for number in count():
        if number == EVENTS:
            return
        row = draw.randrange(len(ids) - REACH)
        ends = [ids[row], ids[row + draw.randint(1, REACH)]]
        draw.shuffle(ends)
        link = Link(f"new {number}", ends[0], ends[1])
        refused = []

        def put(link: Link = link, refused: list[NetworkCycle] = refused) -> None:
            try:
                live.apply([link])
            except NetworkCycle as cycle:
                refused.append(cycle)

        yield timed(put)
        if not refused:
            live.apply([Removed(link.id)])


def timed(action: Callable[[], object]) -> float:
    """Milliseconds of processor time."""
    begin = process_time()
    action()
    return (process_time() - begin) * 1000


def latency(name: str, samples: list[float], share: int, aim: float) -> Result:
    """One percentile; there is nothing to compare it with but the aim."""
    return Result(name, percentile(samples, share / 100), "ms", None, None, samples, f"aim: {aim} ms")
