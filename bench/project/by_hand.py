"""The least that answers the same: one statement written for the record, its columns put into JSON, nothing checked.

Same role, same policies, so the same transaction around it: `BEGIN` with the organisation, the statement, `COMMIT`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

Record: TypeAlias = "asyncpg.Record"
Made: TypeAlias = Callable[[Record], object]
OPTIONS = orjson.OPT_UTC_Z
FIRST, MINUTES_PER_DAY = date(1970, 1, 1), 1440
"""What instants of a plan count from, and by what."""
PLANNED = ("early_start", "early_finish", "scheduled_start", "scheduled_finish")


def _money(column: str, currency: str = "currency") -> Made:
    def make(row: Record) -> object:
        return None if row[column] is None else {"amount": f"{row[column]:.2f}", "currency": row[currency]}

    return make


def _days(column: str) -> Made:
    def make(row: Record) -> object:
        return None if row[column] is None else f"P{row[column] // row['minutes_per_day']}D"

    return make


def _date(column: str, *, last: bool) -> Made:
    def make(row: Record) -> object:
        return FIRST + timedelta(days=(row[column] - last) // MINUTES_PER_DAY)

    return make


def _eur(amount: Decimal) -> object:
    return {"amount": f"{amount:.2f}", "currency": "EUR"}


def _day(row: Record) -> object:
    return row["minutes_per_day"] / 60


def _ref(row: Record) -> object:
    return None if row["external_source"] is None else {"source": row["external_source"], "id": row["external_id"]}


_BOOKED: Mapping[str, Made] = {
    "amount": _money("amount"),
    "original": _money("original_amount", "original_currency"),
    "exchange_rate": lambda row: None if row["exchange_rate"] is None else str(row["exchange_rate"]),
}
_NO_TOLERANCES = dict.fromkeys(("schedule", "cost", "cost_percent", "scope", "risk", "quality")) | {"benefits": ""}
MADE: Mapping[str, Mapping[str, Made]] = {
    "project": {
        "tolerances": lambda row: _NO_TOLERANCES | row["tolerances"],
        "management_reserve": _money("management_reserve"),
    },
    "task": {
        "hours_per_day": _day,
        "duration": _days("duration"),
        "remaining_duration": _days("remaining_duration"),
        "constraint": lambda row: (
            row["constraint_type"] and {"type": row["constraint_type"], "date": row["constraint_date"]}
        ),
    },
    "link": {"hours_per_day": _day, "lag": _days("lag")},
    "calendar": {"hours_per_day": _day},
    "shared_calendar": {"hours_per_day": _day},
    "job": {"progress": lambda row: {"phase": row["phase"], "share": row["share"]}},
    "baseline_task": {
        "duration": _days("duration"),
        **{name: _date(name, last=name.endswith("finish")) for name in PLANNED},
        "cost": lambda row: _eur(row["cost"]),
    },
    "baseline_line": {"amount": lambda row: _eur(row["amount"])},
    "assignment": {
        "hours_per_day": _day,
        "work": _days("work"),
        "actual_work": lambda row: f"P{row['actual_work'] // row['minutes_per_day']}D",
        "remaining_work": lambda row: f"P{(row['work'] - row['actual_work']) // row['minutes_per_day']}D",
        "amount": _money("amount"),
    },
    "budget_line": {"amount": _money("amount"), "rate": _money("rate")},
    "commitment": _BOOKED,
    "actual": _BOOKED,
    "risk": {
        "hours_per_day": _day,
        "cost_impact": _money("cost_impact"),
        "days_impact": _days("days_impact"),
        "emv": lambda row: {"amount": f"{-row['probability'] * row['cost_impact']:.2f}", "currency": row["currency"]},
        "residual_cost_impact": _money("residual_cost_impact"),
        "residual_days_impact": _days("residual_days_impact"),
    },
    "outside_link": {"why": lambda _: "The other task has not been imported from this source."},
}
"""What is no column of its name, by kind."""
OF_THE_ORGANIZATION = {"project", "shared_calendar", "job"}
ORDERS = {
    "job": "created_at DESC, id DESC",
    "baseline_task": "task_id",
    "baseline_line": "line_id",
    "imposed_date": "dependency_id",
}
"""The order of a list, if it is not that in which its records were made."""
CONTENT = "SELECT content FROM status_report_contents WHERE report_id = $1"


@dataclass
class ByHand:
    """Answers `(kind, id)`; no id asks for the list. fields: of each kind, as they come in the answer. inside: the baselines of copies."""

    pool: "asyncpg.Pool[Record]"
    organization_id: UUID
    project_id: UUID
    tables: Mapping[str, str]
    fields: Mapping[str, tuple[str, ...]]
    inside: Mapping[str, UUID]
    _known: dict[str, tuple[str, str, tuple[str, ...], Mapping[str, Made]]] = field(default_factory=dict)

    async def prepare(self) -> None:
        """Work the statements out from the columns that there are."""
        for kind, table in self.tables.items():
            found = await self.pool.fetch(
                "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped",
                table,
            )
            columns = [row["attname"] for row in found]
            made = dict(MADE.get(kind, {}))
            if "external_ref" in self.fields[kind]:
                made["external_ref"] = _ref
            plain = tuple(name for name in self.fields[kind] if name not in made)
            whose = "organization_id = $1"
            if kind in self.inside:
                whose += " AND baseline_id = $2"
            elif kind not in OF_THE_ORGANIZATION:
                whose += " AND project_id = $2"
            chosen = ", ".join(f'"{name}"' for name in columns)
            select = f"SELECT {chosen} FROM {table} WHERE {whose}"
            one = f"{select} AND id = ${whose.count('$') + 1}"
            self._known[kind] = f"{select} ORDER BY {ORDERS.get(kind, 'created_at, id')} LIMIT 101", one, plain, made

    async def page(self, kind: str) -> bytes:
        """The first hundred."""
        statement, _, plain, made = self._known[kind]
        rows = await self._fetch(statement, self._whose(kind))
        items = [self._written(row, plain, made) for row in rows]
        return orjson.dumps({"items": items, "next": None}, default=_other, option=OPTIONS)

    async def read(self, kind: str, id_: UUID) -> bytes:
        """One."""
        _, statement, plain, made = self._known[kind]
        async with self.pool.acquire() as connection:
            await connection.execute(self._begin)
            [row] = await connection.fetch(statement, *self._whose(kind), id_)
            content = await connection.fetchval(CONTENT, id_) if kind == "status_report" else None
            await connection.execute("COMMIT")
        written: object = self._written(row, plain, made)
        if content is not None:
            written = {"report": written, "content": content}
        return orjson.dumps(written, default=_other, option=OPTIONS)

    async def _fetch(self, statement: str, values: tuple[UUID, ...]) -> list[Record]:
        async with self.pool.acquire() as connection:
            await connection.execute(self._begin)
            rows = await connection.fetch(statement, *values)
            await connection.execute("COMMIT")
        return rows

    @property
    def _begin(self) -> str:
        return f"BEGIN; SET LOCAL interlock.organization = '{self.organization_id}'"

    def _whose(self, kind: str) -> tuple[UUID, ...]:
        if kind in OF_THE_ORGANIZATION:
            return (self.organization_id,)
        return self.organization_id, self.inside.get(kind, self.project_id)

    @staticmethod
    def _written(row: Record, plain: tuple[str, ...], made: Mapping[str, Made]) -> dict[str, object]:
        return {name: row[name] for name in plain} | {name: make(row) for name, make in made.items()}


def _other(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)


async def connect(url: str) -> "asyncpg.Pool[Record]":
    """A pool of one connection that reads JSON columns with `orjson`."""

    async def prepared(connection: Any) -> None:
        for name in ("json", "jsonb"):
            await connection.set_type_codec(name, schema="pg_catalog", encoder=str, decoder=orjson.loads)

    async def no_reset(_: object) -> None:
        """Nothing is left to reset."""

    return await asyncpg.create_pool(url, min_size=1, max_size=1, init=prepared, reset=no_reset)
