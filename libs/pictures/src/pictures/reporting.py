"""What pages of status reports have in common: the words and lights that they begin with, and cells for figures that may not be there.

A figure is what the API shows of one: a mapping with ``amount`` and ``currency``, or ``value``, either of them None with a ``reason``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pictures.page import Cell, Heading, Paragraph, Part, TableOf

NONE = Cell("none", "quiet")


def opening(about: str, lights: Mapping[str, str | None], achievements: str, next_steps: str) -> Iterator[Part]:
    """When and by whom, the traffic lights that are set, and what was written."""
    yield Paragraph(about, "quiet")
    yield TableOf(("Dimension", "Light"), [(name, Cell(light, light)) for name, light in lights.items() if light])
    for title, text in (("Achievements", achievements), ("Next steps", next_steps)):
        if text.strip():
            yield from (Heading(title), Paragraph(text))


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
