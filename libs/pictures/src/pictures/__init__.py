"""How a plan looks: pictures as SVG, drawn by matplotlib in a process of its own, and the page that they are printed on.

A picture is a frozen dataclass of plain values (text, days, floats) that says what it shows. Whoever has the values asks for it::

    [chart] = await draw([Gantt("Schedule", rows)])
    html = Page("June", [Heading("Schedule"), Drawing(chart)]).html()

What comes back is an ``<svg>`` element to put into a page as it is: no styles, no scripts, nothing to load, every text escaped; the same
picture gives the same bytes. Matplotlib is imported by the child alone (`pictures.press`), so a service neither waits nor pays for it.

To add a picture: a module with a dataclass that is a `Picture`, which means a ``title``, a ``size`` in inches, and ``paint(axes)``,
which draws it on matplotlib's axes. Import matplotlib inside ``paint`` only, take colours from `pictures.colours`, and write text through
`pictures.lettering.short`. Name it here; `tests/pictures` draws every name of ``__all__`` that is a picture, with hostile texts.
"""

from pictures.between import Arrow, Between
from pictures.curves import Curve, Curves
from pictures.gantt import Gantt, GanttRow
from pictures.matrix import Matrix, MatrixCell
from pictures.page import HEADERS, MEDIA_TYPE, Cell, Drawing, Heading, Html, Page, Paragraph, Part, TableOf
from pictures.picture import Picture
from pictures.press import DrawingFailed, TooBusy, draw
from pictures.tree import Branch, Tree

__all__ = [
    "HEADERS",
    "MEDIA_TYPE",
    "Arrow",
    "Between",
    "Branch",
    "Cell",
    "Curve",
    "Curves",
    "Drawing",
    "DrawingFailed",
    "Gantt",
    "GanttRow",
    "Heading",
    "Html",
    "Matrix",
    "MatrixCell",
    "Page",
    "Paragraph",
    "Part",
    "Picture",
    "TableOf",
    "TooBusy",
    "Tree",
    "draw",
]
