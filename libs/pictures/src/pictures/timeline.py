"""The axis of time."""

from datetime import date
from typing import TYPE_CHECKING

from pictures import colours

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_EPOCH = date(1970, 1, 1).toordinal()


def at(day: date) -> float:
    """Where a day begins, as matplotlib counts: days since 1970."""
    return float(day.toordinal() - _EPOCH)


def along_days(axes: "Axes") -> None:
    """Name days, months or years along the lower axis, as many as there is room for."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=3, maxticks=12)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.grid(axis="x", color=colours.RULE, linewidth=0.6)
