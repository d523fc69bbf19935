"""A tree, such as of goals: a line a node, set in below the one above it, with how far it is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pictures import colours
from pictures.lettering import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ROWS = 100
IN = 0.03
BAR = 0.72
WIDTH = 0.18


@dataclass(frozen=True, slots=True)
class Branch:
    """A node, how far below the roots it is, its share (0 to 1, or nothing), and words behind it. is_late: something threatens it."""

    name: str
    depth: int
    share: float | None = None
    told: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Tree:
    """Nodes from top to bottom, each below the one that it belongs to. What is beyond the first hundred is left out."""

    title: str
    branches: tuple[Branch, ...]

    @property
    def size(self) -> tuple[float, float]:
        """Higher with every node."""
        return 10.0, 0.6 + 0.26 * min(len(self.branches), MOST_ROWS)

    def paint(self, axes: "Axes") -> None:
        """A line for each node."""
        from matplotlib.patches import Rectangle

        shown = self.branches[:MOST_ROWS]
        last: dict[int, int] = {}
        for row, branch in enumerate(shown):
            x = IN * branch.depth
            above = last.get(branch.depth - 1)
            if above is not None:
                elbow = x - IN / 2
                axes.plot([elbow, elbow, x - 0.004], [above + 0.3, row, row], color=colours.RULE, linewidth=1)
            last = {depth: at for depth, at in last.items() if depth < branch.depth} | {branch.depth: row}
            colour = colours.ALARM if branch.is_late else colours.INK
            axes.text(x, row, short(branch.name, 60), va="center", color=colour)
            if branch.share is not None:
                axes.add_patch(Rectangle((BAR, row - 0.28), WIDTH, 0.56, facecolor=colours.RULE))
                done = min(1.0, max(0.0, branch.share))
                axes.add_patch(Rectangle((BAR, row - 0.28), WIDTH * done, 0.56, facecolor=colours.DONE))
            axes.text(BAR + WIDTH + 0.01, row, short(branch.told, 24), va="center", color=colours.QUIET)
        axes.set_xlim(0, 1.08)
        axes.set_ylim(max(1, len(shown)) - 0.4, -0.6)
        axes.set_axis_off()
