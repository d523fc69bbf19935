"""The pictures of a status report, from what was frozen into it. Of a report from before there were pictures there are none."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pictures import Arrow, Between, Branch, Curve, Curves, Matrix, MatrixCell, Picture, Tree

LEVELS = 5
HIGH, MEDIUM = 12, 5
"""From which product of the levels of probability and impact on a cell is high, and medium."""
PROBABILITIES = ("under 10 %", "10 %", "30 %", "50 %", "70 %")
IMPACTS = ("under 1 %", "1 %", "2 %", "5 %", "10 %")


def drawings_of(content: Mapping[str, Any]) -> dict[str, Picture]:
    """S-curve, dependency map, goal tree and risk matrix, by name; those that have something to show."""
    outlines = content.get("outlines", {})
    drawn: dict[str, Picture] = {}
    if outlines.get("curve"):
        drawn["curve"] = _curve(outlines["curve"])
    if outlines.get("between"):
        drawn["between"] = _between(outlines["between"])
    if outlines.get("tree"):
        drawn["tree"] = _tree(outlines["tree"])
    if outlines.get("risk_cells"):
        drawn["matrix"] = _matrix(outlines["risk_cells"])
    return drawn


def _curve(curve: Mapping[str, Any]) -> Curves:
    on = date.fromisoformat(curve["on"])
    planned = tuple((date.fromisoformat(point["on"]), float(point["amount"])) for point in curve["planned"])
    return Curves(
        "S-curve of planned value, with earned value and cost",
        curve["currency"],
        (
            Curve("planned value", planned, "quiet"),
            Curve("earned value", ((on, float(curve["earned"])),), "done", is_marked=True),
            Curve("actual cost", ((on, float(curve["cost"])),), "alarm", is_marked=True),
        ),
        on,
    )


def _between(waits: list[Mapping[str, Any]]) -> Between:
    keys = sorted({wait[end] for wait in waits for end in ("giver", "receiver")})
    place = {key: number for number, key in enumerate(keys)}
    arrows = tuple(
        Arrow(
            place[wait["giver"]], place[wait["receiver"]], wait["mood"], str(wait["count"]) if wait["count"] > 1 else ""
        )
        for wait in waits
    )
    return Between("Who gives to whom", tuple(keys), arrows)


def _tree(goals: list[Mapping[str, Any]]) -> Tree:
    return Tree(
        "Goals and how far they are",
        tuple(
            Branch(
                goal["name"],
                goal["depth"],
                goal["progress"]["value"],
                goal["state"] if goal["due"] is None else f"due {goal['due']}",
            )
            for goal in goals
        ),
    )


def _matrix(cells: list[Mapping[str, int]]) -> Matrix:
    counts = {(cell["probability"], cell["impact"]): cell["count"] for cell in cells}
    return Matrix(
        "Open risks by probability and by cost",
        tuple(
            MatrixCell(row, column, _band(row * column), (str(counts[row, column]),) if (row, column) in counts else ())
            for row in range(1, LEVELS + 1)
            for column in range(1, LEVELS + 1)
        ),
        PROBABILITIES,
        IMPACTS,
        column_title="cost, as a share of the budget, from",
        row_title="probability from",
    )


def _band(score: int) -> str:
    return "high" if score >= HIGH else "medium" if score >= MEDIUM else "low"
