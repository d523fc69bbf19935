"""A baseline's content in canonical JSON, and its hash: two baselines are the same plan if and only if their hashes are the same."""

from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from contracts.values import Duration, Money
from contracts.vocabulary import Granularity
from project_svc.baselines.picture import Picture, PicturedLine, PicturedTask
from project_svc.schedule.dates import finish_of, start_of


def content_of(picture: Picture, currency: str, granularity: Granularity) -> bytes:
    """The picture as canonical JSON: keys sorted, no spaces, UTF-8; every value a string, a boolean or null, so that there is one text."""
    document = {
        "scope": picture.scope,
        "start": start_of(picture.start, granularity),
        "finish": finish_of(picture.finish, granularity),
        "tasks": [_task(task, currency, granularity) for _, task in sorted(picture.tasks.items())],
        "budget_lines": [_line(line, currency) for _, line in sorted(picture.lines.items())],
    }
    if (more := picture.more) is not None:
        document |= {
            "success_criteria": more.success_criteria,
            "deliverables": [asdict(each) for _, each in sorted(more.deliverables.items())],
            "links": [each.shown() for _, each in sorted(more.links.items())],
        }
    return orjson.dumps(document, default=_text, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME)


def _text(value: object) -> str:
    """Ids, whichever class the driver gives them, and dates as they are written on the wire."""
    return value.isoformat(timespec="minutes") if isinstance(value, datetime) else str(value)


def hash_of(content: bytes) -> str:
    """`sha-256:` and the hexadecimal digest."""
    return f"sha-256:{sha256(content).hexdigest()}"


def _task(task: PicturedTask, currency: str, granularity: Granularity) -> dict[str, Any]:
    dates = {
        "early_start": start_of(task.early_start, granularity),
        "early_finish": finish_of(task.early_finish, granularity),
        "scheduled_start": start_of(task.scheduled_start, granularity),
        "scheduled_finish": finish_of(task.scheduled_finish, granularity),
    }
    duration = str(Duration(task.duration, task.minutes_per_day))
    left_out = {"minutes_per_day", "calendar_id"} | ({"held"} if task.held is None else set())
    values = {name: value for name, value in asdict(task).items() if name not in left_out}
    return values | dates | {"duration": duration, "cost": _money(task.cost, currency)}


def _line(line: PicturedLine, currency: str) -> dict[str, Any]:
    period = {"starts_on", "ends_on"} if line.starts_on is None else set()  # what was hashed before there were periods
    values = {name: value for name, value in asdict(line).items() if name not in period}
    return values | {"amount": _money(line.amount, currency)}


def _money(amount: Any, currency: str) -> dict[str, Any]:
    return Money.of(amount, currency).model_dump(mode="json")
