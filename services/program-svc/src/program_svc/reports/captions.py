"""What is said below a dependency map, which has room for so many projects."""

from collections.abc import Collection, Mapping
from typing import Any

from pictures.between import MOST_NODES


def map_caption(waits: Collection[Mapping[str, Any]]) -> str:
    """The caption of the map of these dependencies."""
    projects = len({wait[end] for wait in waits for end in ("giver", "receiver")})
    told = "The worst of the dependencies between two projects gives the colour"
    return told if projects <= MOST_NODES else f"{told}; {MOST_NODES} of {projects} projects, between which it is worst"
