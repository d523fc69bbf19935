"""The pictures of a status report, from what was frozen into it. Of a report from before there were pictures there are none."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pictures import Arrow, Between, Branch, Curve, Curves, Matrix, MatrixCell, Picture, Tree
from pictures.between import MOST_NODES
from program_svc.reports.outlines import RANK

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
        drawn["curve"] = curve_drawing(outlines["curve"])
    if outlines.get("between"):
        drawn["between"] = between_drawing(outlines["between"])
    if outlines.get("tree"):
        drawn["tree"] = tree_drawing(outlines["tree"])
    if outlines.get("risk_cells"):
        drawn["matrix"] = matrix_drawing(outlines["risk_cells"])
    return drawn


def curve_drawing(curve: Mapping[str, Any]) -> Curves:
    """The S-curve that was frozen."""
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


def between_drawing(waits: list[Mapping[str, Any]]) -> Between:
    """The dependency map that was frozen; where it has room for some projects only, for those between which it is worst."""
    worst = sorted(waits, key=lambda wait: -RANK.index(wait["mood"]))
    ends = dict.fromkeys(wait[end] for wait in worst for end in ("giver", "receiver"))
    keys = sorted(list(ends)[:MOST_NODES])
    place = {key: number for number, key in enumerate(keys)}
    arrows = tuple(
        Arrow(
            place[wait["giver"]], place[wait["receiver"]], wait["mood"], str(wait["count"]) if wait["count"] > 1 else ""
        )
        for wait in waits
        if wait["giver"] in place and wait["receiver"] in place
    )
    return Between("Who gives to whom", tuple(keys), arrows)


def tree_drawing(goals: list[Mapping[str, Any]]) -> Tree:
    """The goal tree that was frozen."""
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


def matrix_drawing(cells: list[Mapping[str, int]]) -> Matrix:
    """The risk matrix that was frozen."""
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
