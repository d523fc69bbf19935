"""What stands between projects: who gives to whom, and how well it goes."""

from dataclasses import dataclass
from math import cos, pi, sin
from typing import TYPE_CHECKING

from pictures import colours
from pictures.lettering import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_NODES = 40
MOST_ARROWS = 400
MOODS = {"well": colours.DONE, "worrying": colours.WARNING, "broken": colours.ALARM, "open": colours.QUIET}


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one node to another, by their places. mood: of the worst of what it stands for, one of `MOODS`. told: written beside it."""

    giver: int
    receiver: int
    mood: str
    told: str = ""


@dataclass(frozen=True, slots=True)
class Between:
    """Nodes on a circle, from the top clockwise, and arrows between them. What is beyond the first forty nodes is left out."""

    title: str
    nodes: tuple[str, ...]
    arrows: tuple[Arrow, ...] = ()

    @property
    def size(self) -> tuple[float, float]:
        """Larger with more nodes."""
        shown = min(len(self.nodes), MOST_NODES)
        return 10.0, 3.0 + 0.12 * shown

    def paint(self, axes: "Axes") -> None:
        """The nodes, the arrows, and what their colours mean."""
        from matplotlib.lines import Line2D

        shown = self.nodes[:MOST_NODES]
        turn = 2 * pi / max(1, len(shown))
        places = [(1.6 * sin(turn * number), cos(turn * number)) for number in range(len(shown))]
        for arrow in self.arrows[:MOST_ARROWS]:
            if max(arrow.giver, arrow.receiver) < len(shown):
                begin, end = places[arrow.giver], places[arrow.receiver]
                style = {"arrowstyle": "-|>", "color": MOODS[arrow.mood], "connectionstyle": "arc3,rad=0.12"}
                axes.annotate("", end, begin, arrowprops={**style, "shrinkA": 16, "shrinkB": 16})
                at = begin[0] + 0.6 * (end[0] - begin[0]), begin[1] + 0.6 * (end[1] - begin[1])
                axes.text(*at, short(arrow.told, 12), fontsize=7, color=MOODS[arrow.mood], ha="center")
        box = {"boxstyle": "round", "facecolor": "white", "edgecolor": colours.DARK}
        for place, name in zip(places, shown, strict=True):
            axes.text(*place, short(name, 24), ha="center", va="center", fontsize=8, bbox=box)
        axes.set_xlim(-2.1, 2.1)
        axes.set_ylim(-1.3, 1.3)
        axes.set_axis_off()
        if self.arrows:
            used = {arrow.mood for arrow in self.arrows}
            lines = [Line2D([], [], color=colour, label=mood) for mood, colour in MOODS.items() if mood in used]
            axes.legend(handles=lines, loc="upper left", frameon=False)
