"""Convert the Fedora 20 release schedule to a program file: `python tests/fedora20/fedora20_program.py > fedora20.json`.

What becomes what:

- a leaf → a task of the project of its first flag or, with none, of its phase; a container → a summary in every project that has
  leaves of it (the root is the program);
- a rule inside a project → a finish-to-start link; between projects → a committed hard dependency; what is said of a container
  holds for each leaf in it;
- a fixed start, the task's own or its container's → "start no earlier than", where nothing else holds the start;
- as late as possible → the scheduling mode `auto_alap`;
- working days → the same; calendar days → the fewest working days that always cover them, on whichever day they begin.
"""

import json
import sys
from collections import defaultdict
from itertools import count
from typing import Any

from fedora20_network import ROOT, FedoraTask, Network, Rule, data_file, read_network

START = "2013-05-01"

Record = dict[str, Any]


def convert(network: Network) -> Record:
    """The network as a program file, ready for `json.dumps`."""
    by_project: dict[str, list[FedoraTask]] = defaultdict(list)
    for leaf in network.leaves:
        by_project[leaf.project].append(leaf)
    inside: list[Rule] = []
    between: list[Rule] = []
    for rule in network.rules:
        same = network.tasks[rule.before].project == network.tasks[rule.after].project
        (inside if same else between).append(rule)
    return {
        "format": "interlock-program/1",
        "source": "fedora-20",
        "program": {"key": "FEDORA20", "name": "Fedora 20 release"},
        "projects": [_project(network, name, leaves, inside) for name, leaves in by_project.items()],
        "dependencies": [_dependency(network, number, rule) for number, rule in zip(count(1), between, strict=False)],
    }


def ref(task_id: str) -> str:
    """The task's name in the program file: its id below the root."""
    return task_id.removeprefix(f"{ROOT}.")


def covering_working_days(calendar_days: int) -> int:
    """The fewest working days, Monday to Friday, that take at least so many calendar days on whichever day they begin."""
    days = 0
    while days + 2 * (days // 5) < calendar_days:
        days += 1
    return days


def _project(network: Network, name: str, leaves: list[FedoraTask], rules: list[Rule]) -> Record:
    containers: dict[str, FedoraTask] = {}
    for leaf in leaves:
        for container in reversed(network.containers_of(leaf)):
            if container.id != ROOT:
                containers[container.id] = container
    return {
        "ref": name,
        "key": name.upper(),
        "name": name.replace("_", " ").capitalize(),
        "start": START,
        "currency": "USD",
        "tasks": [_summary(container) for container in containers.values()] + [_task(network, leaf) for leaf in leaves],
        "links": [
            {"from": ref(rule.before), "to": ref(rule.after), "lag": _lag(rule)}
            for rule in rules
            if network.tasks[rule.before].project == name
        ],
    }


def _summary(container: FedoraTask) -> Record:
    return {"ref": ref(container.id), "name": container.name, "kind": "summary", **_below(container)}


def _task(network: Network, leaf: FedoraTask) -> Record:
    record: Record = {"ref": ref(leaf.id), "name": leaf.name, **_below(leaf)}
    if leaf.is_milestone:
        record["kind"] = "milestone"
    else:
        days = leaf.working_days
        record["duration"] = f"P{covering_working_days(leaf.calendar_days or 0) if days is None else days}D"
    if leaf.id in network.late:
        record["mode"] = "auto_alap"
    fixed = network.starts_not_before(leaf)
    is_held = any(not rule.is_late for rule in network.rules_into.get(leaf.id, ()))
    if fixed is not None and fixed.isoformat() > START and not is_held:
        record["constraint"] = {"type": "SNET", "date": fixed.isoformat()}
    return record


def _below(task: FedoraTask) -> Record:
    return {} if task.parent in (None, ROOT) else {"parent": ref(str(task.parent))}


def _dependency(network: Network, number: int, rule: Rule) -> Record:
    return {
        "ref": f"d{number}",
        "provider": {"project": network.tasks[rule.before].project, "task": ref(rule.before)},
        "receiver": {"project": network.tasks[rule.after].project, "task": ref(rule.after)},
        "lag": _lag(rule),
    }


def _lag(rule: Rule) -> str:
    return f"P{covering_working_days(rule.gap.days) if rule.gap.is_calendar else rule.gap.days}D"


if __name__ == "__main__":
    json.dump(convert(read_network(data_file())), sys.stdout, indent=1)
