"""Instances of PSPLIB (R. Kolisch, A. Sprecher 1996), read in place from INTERLOCK_DATA, and a check of schedules by their rules alone."""

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from planning.levelling import Edge, Problem

FOLDER = Path(os.environ.get("INTERLOCK_DATA", "../shared/data")) / "psplib"


@dataclass(frozen=True)
class Instance:
    """durations: periods per job; successors: job numbers from 0; demands: units per job and resource; best_known: a makespan."""

    name: str
    durations: list[int]
    successors: list[list[int]]
    demands: list[list[int]]
    capacities: list[int]
    best_known: int

    def problem(self) -> Problem:
        edges = [
            Edge(job, after, self.durations[job])
            for job, following in enumerate(self.successors)
            for after in following
        ]
        return Problem.of(self.durations, edges, self.demands, self.capacities)

    def makespan(self, starts: Sequence[int]) -> int:
        return max(start + length for start, length in zip(starts, self.durations, strict=True))

    def violations(self, starts: Sequence[int]) -> list[str]:
        """What is wrong with a schedule: each broken precedence, each period in which a resource is asked for too much."""
        wrong = [f"job {job} starts before 0" for job, start in enumerate(starts) if start < 0]
        for job, following in enumerate(self.successors):
            finish = starts[job] + self.durations[job]
            wrong += [f"job {after} starts before job {job} is done" for after in following if starts[after] < finish]
        for period in range(self.makespan(starts)):
            busy = [job for job, start in enumerate(starts) if start <= period < start + self.durations[job]]
            for resource, capacity in enumerate(self.capacities):
                used = sum(self.demands[job][resource] for job in busy)
                if used > capacity:
                    wrong.append(f"resource {resource} is used {used} times of {capacity} in period {period}")
        return wrong


def instances(of: str, step: int = 1) -> list[Instance]:
    """Every `step`-th instance of a set ("j30", "j60", "j120") by number; none where the data is not there."""
    known = FOLDER / "best_known.json"
    if not known.exists():
        return []
    best_known = json.loads(known.read_text())
    files = sorted(
        (FOLDER / of).glob("*.sm"), key=lambda file: [int(number) for number in re.findall(r"\d+", file.stem)]
    )
    return [_read(file, best_known[file.stem][1]) for file in files[::step]]


def _read(file: Path, best_known: int) -> Instance:
    lines = file.read_text().splitlines()
    precedence = list(_numbers(lines, "PRECEDENCE RELATIONS", skip=2))
    requests = list(_numbers(lines, "REQUESTS/DURATIONS", skip=3))
    capacities = next(_numbers(lines, "RESOURCEAVAILABILITIES", skip=2))
    return Instance(
        file.stem,
        [row[2] for row in requests],
        [[job - 1 for job in row[3:]] for row in precedence],
        [row[3:] for row in requests],
        capacities,
        best_known,
    )


def _numbers(lines: Sequence[str], section: str, skip: int) -> Iterator[list[int]]:
    begin = next(number for number, line in enumerate(lines) if line.startswith(section)) + skip
    for line in lines[begin:]:
        if line.startswith("*"):
            return
        yield [int(number) for number in line.split()]
