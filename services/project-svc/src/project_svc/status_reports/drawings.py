"""The pictures of a status report, from what was frozen into it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from contracts.values import MINUTES_PER_DAY, Duration
from pictures import Curve, Curves, Gantt, GanttRow, Matrix, MatrixCell, Picture

CURVES = (
    ("pv", "planned value", "quiet"),
    ("ev", "earned value", "done"),
    ("ac", "actual cost", "alarm"),
)
FLOATS = (
    ("margin", "margin of the finish", "dark"),
    ("least", "least float of a task", "alarm"),
    ("median", "median float", "quiet"),
)


def drawings_of(content: Mapping[str, Any]) -> dict[str, Picture]:
    """Gantt chart, S-curve, risk matrix and burn of float, by name; those that have something to show."""
    drawn: dict[str, Picture] = {}
    if content["schedule"]["bars"]:
        drawn["gantt"] = _gantt(content)
    if content["curve"]["pv"]:
        drawn["curve"] = _curve(content)
    if content["risks"]["items"]:
        drawn["matrix"] = _matrix(content["risks"])
    if any(point[name] for point in content["float_burn"] for name, _, _ in FLOATS):
        drawn["floats"] = _floats(content["float_burn"])
    return drawn


def _gantt(content: Mapping[str, Any]) -> Gantt:
    rows = tuple(
        GanttRow(
            name=f"{bar['wbs_code']} {bar['name']}".strip(),
            starts_on=_day(bar["starts_on"]),
            ends_on=_day(bar["ends_on"]),
            kind=bar["kind"] if bar["kind"] in {"milestone", "summary"} else "task",
            is_critical=bar["is_critical"] or bar["is_on_longest_path"],
            share_done=bar["percent_complete"] / 100,
            baseline=None
            if bar["baseline"] is None
            else (_day(bar["baseline"]["starts_on"]), _day(bar["baseline"]["ends_on"])),
        )
        for bar in content["schedule"]["bars"]
    )
    due = content["project"]["deadline"]
    return Gantt(
        "Gantt chart with the critical path and the baseline",
        rows,
        _day(content["data_date"]),
        None if due is None else _day(due),
    )


def _curve(content: Mapping[str, Any]) -> Curves:
    curves = (
        Curve(name, tuple((_day(point["on"]), float(point["amount"]["amount"])) for point in points), colour)
        for key, name, colour in CURVES
        if (points := content["curve"][key])
    )
    currency = content["project"]["currency"]
    return Curves(
        "S-curve of planned value, earned value and cost", currency, tuple(curves), _day(content["data_date"])
    )


def _matrix(risks: Mapping[str, Any]) -> Matrix:
    cells = risks["cells"]
    return Matrix(
        "Risk matrix, before the responses and after them",
        tuple(
            MatrixCell(cell["probability_level"], cell["impact_level"], cell["band"], tuple(_told(cell)))
            for cell in cells
        ),
        rows=_levels(cell["probability_level"] for cell in cells),
        columns=_levels(cell["impact_level"] for cell in cells),
    )


def _told(cell: Mapping[str, Any]) -> Iterable[str]:
    if cell["inherent"] or cell["residual"]:
        yield f"{len(cell['inherent'])} → {len(cell['residual'])}"


def _levels(levels: Iterable[int]) -> tuple[str, ...]:
    return tuple(str(level) for level in sorted(set(levels)))


def _floats(burn: list[dict[str, Any]]) -> Curves:
    curves = tuple(
        Curve(
            name, tuple((_day(point["on"]), _days(point[key])) for point in burn if point[key]), colour, is_marked=True
        )
        for key, name, colour in FLOATS
        if any(point[key] for point in burn)
    )
    return Curves("Burn of float from report to report", "working days", curves, zero=True)


def _day(written: str) -> date:
    return date.fromisoformat(written[:10])


def _days(duration: str) -> float:
    return Duration.parse(duration).minutes / MINUTES_PER_DAY
