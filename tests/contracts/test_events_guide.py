"""docs/events.md is read by people who build on it: its list is complete and its code runs."""

import asyncio
import re
from itertools import groupby
from pathlib import Path
from uuid import UUID

import nats
import pytest

from contracts.envelope import Envelope
from contracts.files import example_file
from contracts.project_events import TaskUpdated
from contracts.registry import EVENTS
from local_stack.nats import Nats

GUIDE = (Path(__file__).parents[2] / "docs" / "events.md").read_text(encoding="utf-8")
CODE = {}
for block in re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL):
    exec(block, CODE)
PROJECT = UUID("0198c3f0-0002-7c4b-9a55-3f0c2b8d0002")


def test_the_guide_lists_every_event():
    rows = [line for line in GUIDE.splitlines() if line.startswith(("| project |", "| program |", "| strategy |"))]
    for row, (key, events) in zip(rows, groupby(EVENTS, key=lambda event: (event.boundary, event.record)), strict=True):
        of_record = list(events)
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        happenings = " ".join(f"`{event.happened}`" for event in of_record)
        assert cells == [key[0], f"`{key[1]}`", happenings, f"`{of_record[0].path}`"]


def test_the_guide_shows_the_headers_of_the_example():
    envelope, _ = Envelope.from_structured(example_file(TaskUpdated).read_bytes())
    assert "\n".join(f"{name}: {value}" for name, value in envelope.headers().items()) in GUIDE


def headers(revision, position=1, positions=1):
    return {"ce-revision": str(revision), "ce-position": str(position), "ce-positions": str(positions)}


@pytest.mark.parametrize(
    ("seen", "then", "judgement"),
    [
        ([], (1, 1, 2), "next"),
        ([(1, 1, 2)], (1, 2, 2), "next"),
        ([(1, 1, 2)], (2, 1, 1), "gap"),
        ([(1, 1, 2), (1, 2, 2)], (2, 1, 1), "next"),
        ([(1, 1, 2), (1, 2, 2)], (1, 1, 2), "repeated"),
        ([(1, 1, 1)], (1, 1, 1), "repeated"),
        ([(1, 1, 1)], (3, 1, 1), "gap"),
        ([(1, 1, 1)], (2, 2, 2), "gap"),
        ([], (2, 1, 1), "gap"),
    ],
)
def test_the_guides_place_tells_the_next_event_from_repetitions_and_gaps(seen, then, judgement):
    place = CODE["Place"]()
    for each in seen:
        assert place.judge(headers(*each)) == "next"
        place.advance(headers(*each))
    assert place.judge(headers(*then)) == judgement


def test_a_snapshots_place_takes_all_of_its_revision_for_repetitions():
    place = CODE["Place"](revision=7)
    assert [place.judge(headers(*each)) for each in ((7, 1, 1), (8, 1, 1), (9, 1, 1))] == ["repeated", "next", "gap"]


@pytest.fixture
def own_nats(tmp_path):
    server = Nats(tmp_path / "store")
    server.start()
    yield server
    server.stop()


async def test_the_guides_follower_applies_once_in_order_and_stops_at_a_gap(own_nats):
    connection = await nats.connect(own_nats.url)
    stream = connection.jetstream()
    await stream.add_stream(name="PROJECT", subjects=["interlock.project.>"])
    envelope, _ = Envelope.from_structured(example_file(TaskUpdated).read_bytes())
    for number, revision in enumerate((3, 4, 4, 5, 7)):
        told = envelope.model_copy(update={"id": UUID(int=number), "revision": revision, "positions": 1})
        await stream.publish(
            f"interlock.project.{envelope.orgid}.{PROJECT}.task.updated", str(revision).encode(), headers=told.headers()
        )
    applied = []

    async def apply(_headers, payload):
        applied.append(payload)

    place = CODE["Place"](revision=3)
    async with asyncio.timeout(20):
        await CODE["follow"](own_nats.url, PROJECT, place, apply)
    await connection.close()
    assert applied == [b"4", b"5"]
    assert place.revision == 5
