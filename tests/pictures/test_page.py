"""A page shows what people wrote as they wrote it, and nothing of it does anything."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from pictures import HEADERS, Cell, Drawing, Heading, Page, Paragraph, TableOf

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&"
PAGE = Page(
    HOSTILE,
    [
        Heading(HOSTILE),
        Paragraph(f"{HOSTILE}\n\nsecond line", "quiet"),
        TableOf((HOSTILE, "b"), [(HOSTILE, Cell(HOSTILE, "red"))]),
        TableOf(("empty",), []),
        Drawing("<svg></svg>", HOSTILE),
    ],
).html()


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text.append(data)


def test_what_people_wrote_is_text_wherever_it_stands():
    seen = Seen()
    seen.feed(PAGE)
    assert not {"script", "img", "link", "iframe", "object"} & set(seen.tags)
    assert seen.attributes <= {"lang", "charset", "name", "content", "class", "scope"}
    assert seen.text.count(HOSTILE) == 8
    assert "second line" in seen.text


def test_the_policy_allows_the_style_sheet_and_nothing_else():
    style = re.search("<style>(.*?)</style>", PAGE, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert PAGE.count("style") == 2  # the sheet's own tags
    assert "http" not in PAGE


def test_a_table_without_rows_says_so():
    assert TableOf(("a",), []).html() == '<p class="quiet">none</p>'


def test_a_class_that_the_sheet_does_not_have_is_refused():
    with pytest.raises(ValueError, match="no class 'x\" onclick"):
        Paragraph("a", 'x" onclick').html()
