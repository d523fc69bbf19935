"""`docs/programs.md`, carried out line by line."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "programs.md"
STEP = re.compile(r"^(GET|POST|PATCH) (\S+)(?: (\{.*\}))?\n→ (\d{3}) (\{.*?\})(?: as (\$\w+))?$", re.MULTILINE)


def steps() -> list[re.Match[str]]:
    blocks = re.findall(r"^```http\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    found = [step for block in blocks for step in STEP.finditer(block)]
    assert sum(block.count("\n") for block in blocks) == 2 * len(found), "a line of a block is no step"
    return found


def differs(expected: Any, answer: Any, place: str = "") -> list[str]:
    """Where the answer lacks what is expected; what it has besides does not matter, but lists are as long as they say."""
    if isinstance(expected, dict) and isinstance(answer, dict):
        return [
            what for name, value in expected.items() for what in differs(value, answer.get(name), f"{place}/{name}")
        ]
    if isinstance(expected, list) and isinstance(answer, list) and len(expected) == len(answer):
        pairs = enumerate(zip(expected, answer, strict=True))
        return [what for index, (one, other) in pairs for what in differs(one, other, f"{place}/{index}")]
    return [] if expected == answer else [f"{place}: {answer} instead of {expected}"]


async def test_every_step_of_the_page_answers_as_it_says(api):
    names: dict[str, str] = {}
    track, service = api.projects.project("TRACK"), api.projects.project("SERVICE")
    names |= {"$TRACK": str(track), "$SERVICE": str(service)}
    names["$BUILD"] = str(api.projects.task(track, "Build", 10))
    names["$OPENING"] = str(api.projects.task(service, "Line 7 opens", 0, kind="milestone"))
    await api.hear()

    def named(text: str) -> str:
        return re.sub(r"\$[A-Z]+", lambda found: names[found.group()], text)

    for step in steps():
        method, path, body, status, expected, name = step.groups()
        options = {} if body is None else {"json": json.loads(named(body))}
        answer = await api.request(method, named(path), **options)
        assert answer.status_code == int(status), f"{step.group()}\n{answer.text}"
        assert differs(json.loads(named(expected)), answer.json()) == [], step.group()
        if name is not None:
            names[name] = answer.json()["id"]
