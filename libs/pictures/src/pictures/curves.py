"""Curves over time: the S-curve of planned value, earned value and cost; the float that is left."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pictures import colours
from pictures.lettering import short
from pictures.timeline import along_days, at

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_POINTS = 5_000
LARGE = 10_000
"""From here on a value is shown as 10k, 2M, …"""
ALONE = 15.0
"""Days to either side of a point that stands alone."""
COLOURS = {
    "plain": colours.PLAIN,
    "dark": colours.DARK,
    "done": colours.DONE,
    "alarm": colours.ALARM,
    "warning": colours.WARNING,
    "quiet": colours.QUIET,
}


@dataclass(frozen=True, slots=True)
class Curve:
    """Points by day, in the order of time. colour: one of `COLOURS`. is_step: the value holds until the next point."""

    name: str
    points: tuple[tuple[date, float], ...]
    colour: str = "dark"
    is_dashed: bool = False
    is_marked: bool = False
    is_step: bool = False


@dataclass(frozen=True, slots=True)
class Curves:
    """Curves on one axis. unit: of the values, as `EUR` or `working days`. zero: a line at 0, where that is what must not be crossed."""

    title: str
    unit: str
    curves: tuple[Curve, ...]
    data_date: date | None = None
    zero: bool = False

    @property
    def size(self) -> tuple[float, float]:
        """A third as high as it is wide."""
        return 10.0, 3.6

    def paint(self, axes: "Axes") -> None:
        """The curves, each by its name in the legend."""
        from matplotlib.ticker import EngFormatter, ScalarFormatter

        points = [point for curve in self.curves for point in curve.points[:MOST_POINTS]]
        for curve in self.curves:
            shown = curve.points[:MOST_POINTS]
            axes.plot(
                [at(day) for day, _ in shown],
                [value for _, value in shown],
                label=short(curve.name),
                color=COLOURS[curve.colour],
                linestyle="--" if curve.is_dashed else "-",
                marker="o" if curve.is_marked or len(shown) == 1 else "",
                markersize=4,
                drawstyle="steps-post" if curve.is_step else "default",
            )
        if self.zero:
            axes.axhline(0, color=colours.ALARM, linewidth=0.8)
        if self.data_date is not None:
            axes.axvline(at(self.data_date), color=colours.QUIET, linewidth=1, linestyle=":")
        along_days(axes)
        if len({day for day, _ in points}) == 1:
            axes.set_xlim(at(points[0][0]) - ALONE, at(points[0][0]) + ALONE)
        is_large = any(abs(value) >= LARGE for _, value in points)
        axes.yaxis.set_major_formatter(EngFormatter(sep="") if is_large else ScalarFormatter())
        axes.set_ylabel(short(self.unit))
        axes.grid(axis="y", color=colours.RULE, linewidth=0.6)
        if self.curves:
            axes.legend(loc="upper left", frameon=False)
