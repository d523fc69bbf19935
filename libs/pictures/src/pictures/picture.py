"""What a picture is."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Picture(Protocol):
    """Something that can be drawn. Its values are plain, since they go to another process; its module loads no matplotlib."""

    @property
    def title(self) -> str:
        """What the picture is about; also what a screen reader says of it."""
        ...

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in inches; a page is ten wide."""
        ...

    def paint(self, axes: "Axes") -> None:
        """Draw it."""
        ...
