"""How much of what there is a report holds: the first so many of a list, and how many there are."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pictures import Paragraph, Part
from pictures.between import MOST_NODES

LISTED = "listed"
"""Where a frozen report says it, by list."""


def extent(shown: Collection[Any], total: int) -> dict[str, int]:
    """Of a list, as it is frozen."""
    return {"shown": len(shown), "total": total}


def told_if_part(content: Mapping[str, Any], name: str, what: str) -> Iterator[Part]:
    """A line on a list that holds only the first; a report from before this was frozen does not know."""
    found = content.get(LISTED, {}).get(name, {"shown": 0, "total": 0})
    if found["shown"] < found["total"]:
        yield Paragraph(f"The first {found['shown']} of {found['total']} {what}.", "quiet")


def map_caption(waits: Collection[Mapping[str, Any]]) -> str:
    """What is said of a dependency map, which has room for so many projects."""
    projects = len({wait[end] for wait in waits for end in ("giver", "receiver")})
    told = "The worst of the dependencies between two projects gives the colour"
    return told if projects <= MOST_NODES else f"{told}; {MOST_NODES} of {projects} projects, between which it is worst"
