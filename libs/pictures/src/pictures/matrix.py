"""A matrix of probability and impact: how many lie in each cell, before the response and after it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pictures import colours
from pictures.lettering import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One cell, counted from 1 at the bottom left. band: `low`, `medium` or `high`. told: what is written into it."""

    row: int
    column: int
    band: str
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows upwards, columns to the right."""

    title: str
    cells: tuple[MatrixCell, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    row_title: str = "probability"
    column_title: str = "impact"

    @property
    def size(self) -> tuple[float, float]:
        """Higher with every row."""
        return 7.0, 0.9 + 0.55 * len(self.rows)

    def paint(self, axes: "Axes") -> None:
        """The cells, coloured by how much they matter."""
        from matplotlib.patches import Rectangle

        for cell in self.cells:
            corner = (cell.column - 0.5, cell.row - 0.5)
            axes.add_patch(Rectangle(corner, 1, 1, facecolor=colours.BANDS[cell.band], edgecolor="white", linewidth=2))
            text = "\n".join(short(each, 24) for each in cell.told)
            axes.text(cell.column, cell.row, text, ha="center", va="center", fontsize=8)
        axes.set_xlim(0.5, len(self.columns) + 0.5)
        axes.set_ylim(0.5, len(self.rows) + 0.5)
        axes.set_xticks(range(1, len(self.columns) + 1), [short(each, 24) for each in self.columns])
        axes.set_yticks(range(1, len(self.rows) + 1), [short(each, 24) for each in self.rows])
        axes.set_xlabel(short(self.column_title))
        axes.set_ylabel(short(self.row_title))
        axes.tick_params(length=0)
