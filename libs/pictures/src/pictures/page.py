"""A page to print: it loads nothing, runs nothing, and shows what people wrote as they wrote it.

A page is made of parts, from top to bottom. Every part escapes its own text; only a `Drawing` is markup already, and that is ours.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Protocol

STYLE = """
body { font: 14px/1.45 sans-serif; max-width: 1000px; margin: 2em auto; padding: 0 1em; color: #222 }
h1 { font-size: 22px } h2 { font-size: 16px; margin-top: 1.6em }
table { border-collapse: collapse } td, th { text-align: left; padding: 3px 14px 3px 0; border-bottom: 1px solid #eee; vertical-align: top }
.green { color: #2e7d32 } .amber { color: #b36b00 } .red { color: #b00020 } .quiet { color: #777 }
.green, .amber, .red { font-weight: bold } figure { margin: 1em 0 } svg { max-width: 100%; height: auto }
@page { margin: 15mm } @media print { body { margin: 0; padding: 0; max-width: none } h2 { break-after: avoid } tr, figure { break-inside: avoid } }
"""
_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The content security policy that every page goes out with: its own style sheet and nothing else."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
MEDIA_TYPE = "text/html; charset=utf-8"
CLASSES = frozenset({"", "green", "amber", "red", "quiet"})

Html = str
"""Text that is markup."""


class Part(Protocol):
    """Something on a page."""

    def html(self) -> Html:
        """Its markup, with all text escaped."""
        ...


@dataclass(frozen=True, slots=True)
class Heading:
    """What comes next."""

    text: str

    def html(self) -> Html:
        """A heading of the second level."""
        return f"<h2>{escape(self.text)}</h2>"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text; each of its lines is a paragraph of its own. kind: a class of the style sheet."""

    text: str
    kind: str = ""

    def html(self) -> Html:
        """Its lines."""
        return "".join(f"<p{_class(self.kind)}>{escape(line)}</p>" for line in self.text.splitlines() if line.strip())


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table, in a class of the style sheet."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class TableOf:
    """Rows under a head; "none" where there are none."""

    head: Sequence[str]
    rows: Iterable[Sequence[str | Cell]]

    def html(self) -> Html:
        """A table."""
        rows = ["".join(map(_cell, row)) for row in self.rows]
        if not rows:
            return '<p class="quiet">none</p>'
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.head)
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture, as `pictures.draw` gave it."""

    svg: Html
    caption: str = ""

    def html(self) -> Html:
        """A figure."""
        caption = f'<figcaption class="quiet">{escape(self.caption)}</figcaption>' if self.caption else ""
        return f"<figure>{self.svg}{caption}</figure>"


@dataclass(frozen=True, slots=True)
class Page:
    """A page: what it is about, and its parts."""

    title: str
    parts: Sequence[Part]

    def html(self) -> Html:
        """The whole document. Send it with `HEADERS` and as `MEDIA_TYPE`."""
        body = "".join(part.html() for part in self.parts)
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{escape(self.title)}</title><style>{STYLE}</style></head>"
            f"<body><h1>{escape(self.title)}</h1>{body}</body></html>"
        )


def _cell(cell: str | Cell) -> Html:
    of = Cell(cell) if isinstance(cell, str) else cell
    return f"<td{_class(of.kind)}>{escape(of.text)}</td>"


def _class(kind: str) -> Html:
    if kind not in CLASSES:
        raise ValueError(f"the style sheet has no class {kind!r}")
    return f' class="{kind}"' if kind else ""
