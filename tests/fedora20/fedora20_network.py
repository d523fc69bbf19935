"""The Fedora 20 release schedule as TaskJuggler 3 planned it, read from INTERLOCK_DATA (nothing of it is kept here).

TaskJuggler's words: a task `depends` on others and starts when they have ended, or `precedes` others and is then put as late as
they allow (`alap`). A gap is a `gaplength` (working days) or a `gapduration` (calendar days); a task's span likewise. What is
said of a container holds for everything in it.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[2]
ROOT = "f20"

Record = dict[str, Any]
"""A task as the file has it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """How long after the end of one task another may start, in working days or in calendar days."""

    days: int
    is_calendar: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """`after` starts once `before` has ended and the gap is over. `is_late`: said of `before`, which is put as late as that allows."""

    before: str
    after: str
    gap: Gap
    is_late: bool


@dataclass(frozen=True, slots=True)
class FedoraTask:
    """A task or container. At most one of the spans is given; a task with neither is a milestone."""

    id: str
    name: str
    parent: str | None
    working_days: int | None
    calendar_days: int | None
    fixed_start: date | None
    is_late: bool
    flags: tuple[str, ...]
    planned_start: datetime
    """TaskJuggler's start, in local time."""
    planned_end: datetime
    """TaskJuggler's end, in local time."""

    @property
    def is_milestone(self) -> bool:
        return self.working_days is None and self.calendar_days is None

    @property
    def project(self) -> str:
        """Its first flag or, with none, its phase: the second part of its id."""
        return self.flags[0] if self.flags else self.id.split(".")[1]


class Network:
    """All tasks, and the rules between those that are work (the leaves)."""

    def __init__(self, records: list[Record]) -> None:
        self.tasks = {task.id: task for task in map(_task, records)}
        self._said = [rule for record in records for rule in _rules(record)]
        self._containers = {task.parent for task in self.tasks.values()}

    @cached_property
    def leaves(self) -> tuple[FedoraTask, ...]:
        return tuple(task for task in self.tasks.values() if task.id not in self._containers)

    @cached_property
    def start_rules(self) -> tuple[Rule, ...]:
        """What each as-soon-as-possible task says itself about its start: as many as TaskJuggler has to keep exactly."""
        return tuple(rule for rule in self._said if not rule.is_late and rule.after not in self._containers)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule between leaves; a container's are handed down to each leaf in it that has no rule of that kind itself."""
        ruled_late = {rule.before for rule in self._said if rule.is_late}
        ruled_early = {rule.after for rule in self._said if not rule.is_late}
        handed_down: list[Rule] = []
        for rule in self._said:
            if rule.is_late:
                befores = self._leaves_ruled(rule.before, ruled_late)
                handed_down += (Rule(leaf, rule.after, rule.gap, is_late=True) for leaf in befores)
            else:
                afters = self._leaves_ruled(rule.after, ruled_early)
                handed_down += (Rule(rule.before, leaf, rule.gap, is_late=False) for leaf in afters)
        return tuple(handed_down)

    @cached_property
    def rules_into(self) -> dict[str, list[Rule]]:
        """The rules by the leaf whose start they hold."""
        into: dict[str, list[Rule]] = {}
        for rule in self.rules:
            into.setdefault(rule.after, []).append(rule)
        return into

    @cached_property
    def late(self) -> frozenset[str]:
        """The leaves that TaskJuggler puts as late as possible."""
        return frozenset(rule.before for rule in self.rules if rule.is_late)

    def starts_not_before(self, task: FedoraTask) -> date | None:
        """The latest fixed start among the task and what contains it."""
        fixed = [found.fixed_start for found in (task, *self.containers_of(task)) if found.fixed_start is not None]
        return max(fixed, default=None)

    def containers_of(self, task: FedoraTask) -> list[FedoraTask]:
        """From the innermost outwards, the root last."""
        above: list[FedoraTask] = []
        while task.parent is not None:
            task = self.tasks[task.parent]
            above.append(task)
        return above

    def _leaves_ruled(self, said_of: str, ruled: set[str]) -> list[str]:
        if said_of not in self._containers:
            return [said_of]
        inside = (leaf.id for leaf in self.leaves if leaf.id.startswith(f"{said_of}."))
        return [leaf for leaf in inside if leaf not in ruled]


def data_file() -> Path:
    """Where the network should be; it need not exist."""
    folder = os.environ.get("INTERLOCK_DATA") or REPOSITORY.parent / "shared" / "data"
    return Path(folder) / "fedora20" / "fedora20_network.json"


def read_network(file: Path) -> Network:
    """The network of a file of that form."""
    return Network(json.loads(file.read_text(encoding="utf-8"))["tasks"])


def _task(record: Record) -> FedoraTask:
    fixed = record["fixed_start"]
    return FedoraTask(
        id=record["id"],
        name=record["name"],
        parent=record["parent"],
        working_days=record["length_workdays"],
        calendar_days=record["duration_days"],
        fixed_start=date.fromisoformat(fixed) if fixed else None,
        is_late=record["direction"] == "alap",
        flags=tuple(record["flags"]),
        planned_start=_moment(record["tj3_start"]),
        planned_end=_moment(record["tj3_end"]),
    )


def _moment(written: str) -> datetime:
    """Read `2013-05-01-09:00`."""
    return datetime.fromisoformat(f"{written[:10]}T{written[11:]}")


def _rules(record: Record) -> Iterator[Rule]:
    said_of: str = record["id"]
    for other, kind, days in record["depends"]:
        yield Rule(other, said_of, Gap(days, kind == "gapduration"), is_late=False)
    for other, kind, days in record["precedes"]:
        yield Rule(said_of, other, Gap(days, kind == "gapduration"), is_late=True)
