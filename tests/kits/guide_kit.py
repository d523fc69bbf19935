"""Pages of the documentation whose examples are carried out: blocks of ``http``, each step a request and what is shown of its answer."""

import json
import re
from pathlib import Path
from typing import Any

STEP = re.compile(
    r"^(GET|POST|PATCH|DELETE) (\S+)(?: (\{.*\}))?\n→ (\d{3})(?: (\{.*?\}))?(?: as (\$\w+))?$", re.MULTILINE
)
NAME = re.compile(r"\$[A-Z]+")


def steps_of(page: Path) -> list[re.Match[str]]:
    """The steps of a page, in order. Every line of a block belongs to one."""
    blocks = re.findall(r"^```http\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
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


async def carry_out(api: Any, page: Path, names: dict[str, str]) -> None:
    """Send every request of a page and compare the answer. names: what `$NAME` stands for; those that the page gives are added.

    `as $NAME` is the id of the record that is answered, or of the first one of a list.
    """

    def named(text: str) -> str:
        return NAME.sub(lambda found: names[found.group()], text)

    for step in steps_of(page):
        method, path, body, status, expected, name = step.groups()
        options = {} if body is None else {"json": json.loads(named(body))}
        answer = await api.request(method, named(path), **options)
        assert answer.status_code == int(status), f"{step.group()}\n{answer.text}"
        if expected is not None:
            wrong = differs(json.loads(named(expected)), answer.json())
            assert not wrong, "\n".join([step.group(), *wrong])
        if name is not None:
            named_one = answer.json()
            names[name] = (named_one if "id" in named_one else named_one["items"][0])["id"]
