"""What pages of status reports have in common: their first words and lights, how much of a list they hold, and cells for figures that may not be there.

A figure is what the API shows of one: a mapping with ``amount`` and ``currency``, or ``value``, either of them None with a ``reason``.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pictures.page import Cell, Heading, Paragraph, Part, TableOf

NONE = Cell("none", "quiet")
LISTED = "listed"
"""Where a frozen report says how much of each list it holds."""


def opening(about: str, lights: Mapping[str, str | None], achievements: str, next_steps: str) -> Iterator[Part]:
    """When and by whom, the traffic lights that are set, and what was written."""
    yield Paragraph(about, "quiet")
    yield TableOf(("Dimension", "Light"), [(name, Cell(light, light)) for name, light in lights.items() if light])
    for title, text in (("Achievements", achievements), ("Next steps", next_steps)):
        if text.strip():
            yield from (Heading(title), Paragraph(text))


def extent(shown: Collection[Any], total: int) -> dict[str, int]:
    """How much a report holds of a list, as it is frozen: the first so many, and how many there are."""
    return {"shown": len(shown), "total": total}


def told_if_part(content: Mapping[str, Any], name: str, what: str) -> Iterator[Part]:
    """A line on a list that holds only the first; a report from before this was frozen does not know."""
    found = content.get(LISTED, {}).get(name, {"shown": 0, "total": 0})
    if found["shown"] < found["total"]:
        yield Paragraph(f"The first {found['shown']} of {found['total']} {what}.", "quiet")


def or_none(text: str | None) -> str | Cell:
    """The text, or that there is none."""
    return NONE if text is None else text


def amount(money: Mapping[str, Any]) -> str | Cell:
    """An amount with its currency, or why there is none."""
    if money["amount"] is None:
        return Cell(money.get("reason") or "", "quiet")
    return f"{money['amount']} {money['currency']}"


def ratio(figure: Mapping[str, Any]) -> str | Cell:
    """A number with two places, or why there is none."""
    return Cell(figure["reason"], "quiet") if figure["value"] is None else f"{figure['value']:.2f}"
