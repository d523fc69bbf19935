"""What the pictures of a portfolio's report are drawn from: the outlines of its programs, put together."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from program_svc.reports.content import Figures
from program_svc.reports.outlines import Course, curve_of


@dataclass(slots=True)
class Outlines:
    """The S-curves, one a currency; who waits for whom; the risk matrix, in which a cost is a share of its own program's budget."""

    _courses: dict[str, list[Course]] = field(default_factory=dict)
    _between: list[dict[str, Any]] = field(default_factory=list)
    _cells: Counter[tuple[int, int]] = field(default_factory=Counter)

    def add(self, figures: Figures) -> None:
        """One more program. No dependency leads from one program to another."""
        if figures.course is not None:
            self._courses.setdefault(figures.course.currency, []).append(figures.course)
        outlines = figures.content["outlines"]
        self._between += outlines["between"]
        for cell in outlines["risk_cells"]:
            self._cells[cell["probability"], cell["impact"]] += cell["count"]

    def summed(self) -> dict[str, Any]:
        """All of them as JSON."""
        return {
            "curves": [curve_of(courses) for _, courses in sorted(self._courses.items())],
            "between": sorted(self._between, key=lambda wait: (wait["giver"], wait["receiver"])),
            "risk_cells": [
                {"probability": row, "impact": column, "count": count}
                for (row, column), count in sorted(self._cells.items())
            ],
        }
