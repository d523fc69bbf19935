"""A Gantt chart: tasks over time, the critical path, and where the baseline had them."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pictures import colours
from pictures.lettering import short
from pictures.timeline import along_days, at

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = 0.24
"""The height of a row, in inches."""
FRAME = 1.1
MOST_ROWS = 400


@dataclass(frozen=True, slots=True)
class GanttRow:
    """A task. Days are the first and the last one of work; a milestone's are the same. share_done: 0 to 1."""

    name: str
    starts_on: date
    ends_on: date
    kind: str = "task"
    """`task`, `milestone` or `summary`."""
    is_critical: bool = False
    share_done: float = 0.0
    baseline: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True)
class Gantt:
    """Rows from top to bottom, the first 400 of them. data_date: a line through all of them."""

    title: str
    rows: tuple[GanttRow, ...]
    data_date: date | None = None
    deadline: date | None = None

    @property
    def size(self) -> tuple[float, float]:
        """Higher with every row."""
        return 10.0, FRAME + ROW * max(2, len(self.rows[:MOST_ROWS]))

    def paint(self, axes: "Axes") -> None:
        """Bars for tasks, diamonds for milestones, thin bars for summaries; what is done is darker, the baseline lies below."""
        rows = self.rows[:MOST_ROWS]
        for place, row in enumerate(rows):
            _paint_row(axes, place, row)
        axes.set_yticks(range(len(rows)), [short(row.name) for row in rows])
        for label, row in zip(axes.get_yticklabels(), rows, strict=True):
            label.set_fontweight("bold" if row.kind == "summary" else "normal")
        axes.set_ylim(len(rows) - 0.4, -0.6)
        for day, colour, told in (
            (self.data_date, colours.DARK, "data date"),
            (self.deadline, colours.ALARM, "deadline"),
        ):
            if day is not None:
                axes.axvline(at(day) + 1, color=colour, linewidth=1, linestyle="--", label=told)
        first = min((at(row.starts_on) for row in rows), default=0.0)
        last = max((at(row.ends_on) + 1 for row in rows), default=1.0)
        margin = max(1.0, (last - first) * 0.02)
        axes.set_xlim(first - margin, last + margin)
        along_days(axes)
        axes.xaxis.tick_top()
        axes.tick_params(axis="y", length=0)
        _legend(axes, rows)


def _paint_row(axes: "Axes", place: int, row: GanttRow) -> None:
    start, length = at(row.starts_on), at(row.ends_on) + 1 - at(row.starts_on)
    colour = colours.ALARM if row.is_critical else colours.PLAIN
    if row.baseline is not None:
        begin, end = at(row.baseline[0]), at(row.baseline[1]) + 1
        axes.barh(place + 0.34, end - begin, left=begin, height=0.14, color=colours.BASELINE)
    if row.kind == "milestone":
        axes.plot([start + 0.5], [place], marker="D", markersize=6, color=colour if row.is_critical else colours.DARK)
    elif row.kind == "summary":
        axes.barh(place, length, left=start, height=0.2, color=colours.INK)
    else:
        axes.barh(place, length, left=start, height=0.46, color=colour, alpha=0.75)
        axes.barh(place, length * row.share_done, left=start, height=0.18, color=colours.INK)


def _legend(axes: "Axes", rows: tuple[GanttRow, ...]) -> None:
    from matplotlib.patches import Patch

    shown = [Patch(color=colours.PLAIN, label="task")]
    if any(row.is_critical for row in rows):
        shown.append(Patch(color=colours.ALARM, label="critical"))
    if any(row.share_done for row in rows):
        shown.append(Patch(color=colours.INK, label="done"))
    if any(row.baseline for row in rows):
        shown.append(Patch(color=colours.BASELINE, label="baseline"))
    lines = axes.get_legend_handles_labels()[0]
    axes.legend(handles=[*shown, *lines], loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=6, frameon=False)
