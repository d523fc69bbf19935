"""From a picture to an ``<svg>`` element. This imports matplotlib: it runs in the child of `pictures.press`, and in tests."""

import hashlib
import io
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from pictures import colours
from pictures.inlining import inlined
from pictures.lettering import short
from pictures.picture import Picture

SETTINGS: dict[Any, Any] = {
    "axes.edgecolor": colours.RULE,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 10,
    "font.size": 8,
    "legend.fontsize": 8,
    "svg.fonttype": "none",  # text stays text: it can be searched, read aloud and copied
    "text.color": colours.INK,
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
    "timezone": "UTC",
}


def svg_of(picture: Picture) -> str:
    """The picture as an element for a page. The same picture gives the same text."""
    seed = hashlib.sha256(repr(picture).encode("utf-8", "surrogatepass")).hexdigest()[:12]
    with mpl.rc_context({**SETTINGS, "svg.hashsalt": seed}):
        figure = Figure(picture.size, layout="constrained")
        axes = figure.subplots()
        picture.paint(axes)
        drawn = io.BytesIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return inlined(drawn.getvalue(), short(picture.title, 200), f"p{seed}-")
