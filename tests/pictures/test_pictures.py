"""Every picture is drawn with texts that mean harm, and comes out as an element that a strict page can hold."""

import asyncio
import pickle
import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

import pictures
from pictures import (
    Arrow,
    Between,
    Branch,
    Curve,
    Curves,
    Gantt,
    GanttRow,
    Matrix,
    MatrixCell,
    Tree,
    draw,
    press,
)
from pictures.lettering import short

HOSTILE = '</text><script>alert(1)</script>" onload="x $\\frac{1}{ & \x00\x0b 中文 \U0001f600'
DAY = date(2026, 3, 2)
ROWS = tuple(
    GanttRow(HOSTILE, DAY + timedelta(place), DAY + timedelta(place + 4), kind, place == 1, 0.4, (DAY, DAY))
    for place, kind in enumerate(("task", "milestone", "summary"))
)
CURVE = Curve(HOSTILE, ((DAY, 1.0), (DAY + timedelta(9), 1e6)), is_dashed=True)
CELLS = tuple(MatrixCell(1, column, band, (HOSTILE,)) for column, band in enumerate(("low", "medium", "high"), 1))
EXAMPLES = (
    Gantt(HOSTILE, ROWS, DAY, DAY),
    Gantt("nothing", ()),
    Curves(HOSTILE, HOSTILE, (CURVE, Curve("step", CURVE.points, is_step=True)), DAY, zero=True),
    Curves("one point", "days", (Curve("alone", ((DAY, 3.0),)),)),
    Curves("nothing", "days", ()),
    Matrix(HOSTILE, CELLS, ("often",), (HOSTILE, "b", "c")),
    Between(
        HOSTILE,
        (HOSTILE, "B", *("C" * 50)),
        (Arrow(0, 1, "broken", HOSTILE), Arrow(1, 0, "well"), Arrow(0, 51, "open")),
    ),
    Between("nothing", ()),
    Tree(HOSTILE, (Branch(HOSTILE, 0, 1.4, HOSTILE), Branch("below", 1, is_late=True), Branch("beside", 1, -0.2))),
    Tree("nothing", ()),
)
ELEMENTS = {"svg", "title", "g", "defs", "path", "use", "text", "tspan", "clipPath", "rect"}


@pytest.fixture(scope="module")
async def drawn():
    return await draw(EXAMPLES)


def test_every_picture_has_an_example():
    kinds = {kind for kind in vars(pictures).values() if isinstance(kind, type) and hasattr(kind, "paint")}
    assert kinds - {pictures.Picture} == {type(example) for example in EXAMPLES}


async def test_pictures_hold_nothing_but_shapes_and_text(drawn):
    for svg in drawn:
        for element in ET.fromstring(svg).iter():
            assert element.tag.removeprefix("{http://www.w3.org/2000/svg}") in ELEMENTS
            assert not {name for name in element.attrib if name == "style" or name.startswith("on")}
            assert element.get("href", "#").startswith("#")
            assert all(value.count("url(") == value.count("url(#") for value in element.attrib.values())


async def test_text_that_means_harm_is_text(drawn):
    gantt = ET.fromstring(drawn[0])
    assert gantt[0].text == short(HOSTILE, 200)
    texts = [element.text for element in gantt.iter("{http://www.w3.org/2000/svg}text")]
    assert texts.count(short(HOSTILE)) == len(ROWS)
    assert "\x00" not in short(HOSTILE)


async def test_references_lead_somewhere_and_ids_differ_between_pictures(drawn):
    seen: set[str] = set()
    for svg in drawn:
        ids = re.findall(r'\bid="([^"]+)"', svg)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'(?:href="|url\()#([^")]+)', svg)) == set(ids)
        assert not seen & set(ids)
        seen |= set(ids)


async def test_the_same_picture_gives_the_same_bytes(drawn):
    assert await draw(EXAMPLES[:1]) == drawn[:1]


async def test_the_baseline_and_the_critical_path_are_in_the_chart(drawn):
    plain, critical, baseline = (drawn[0].count(f'fill="{colour}"') for colour in ("#7aa6c2", "#b00020", "#aaaaaa"))
    assert plain
    assert critical
    assert baseline == len(ROWS) + 1  # one in the legend


async def test_what_cannot_be_drawn_says_why():
    with pytest.raises(press.DrawingFailed, match="has no attribute 'size'"):
        await draw([date(2026, 3, 2)])  # type: ignore[list-item]


async def test_a_picture_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(press, "SECONDS", 0.01)
    with pytest.raises(press.DrawingFailed, match="not drawn"):
        await draw(EXAMPLES[:1])


async def test_nothing_is_drawn_where_nothing_is_asked(monkeypatch):
    monkeypatch.setattr(asyncio, "create_subprocess_exec", None)
    assert await draw([]) == []


def test_the_child_gets_plain_values():
    assert pickle.loads(pickle.dumps(EXAMPLES)) == EXAMPLES
