"""Which line of a JSON document a value stands on: `json` forgets it, and a person who mends a file needs it."""

import json
import re
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""The way to a value from the top: member names and list positions, `("projects", 0, "tasks", 3, "duration")`."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


class DuplicateMember(ValueError):
    """An object names the same member twice; most readers would silently keep the last."""

    def __init__(self, name: str, line: int) -> None:
        super().__init__(f'The member "{name}" stands twice in one object')
        self.line = line


@dataclass(slots=True)
class _Container:
    path: Path
    is_object: bool
    index: int = 0
    member: str | None = None
    seen: set[str] = field(default_factory=set)

    def value_path(self) -> Path:
        if self.is_object:
            return self.path if self.member is None else (*self.path, self.member)
        return (*self.path, self.index)


def lines_of(text: str) -> dict[Path, int]:
    """The line (from 1) of every value in a JSON text that `json.loads` accepts. Raises DuplicateMember."""
    lines: dict[Path, int] = {}
    open_containers: list[_Container] = []
    line, seen_to = 1, 0
    for token in _TOKEN.finditer(text):
        line += text.count("\n", seen_to, token.start())
        seen_to = token.start()
        kind = token[0]
        inside = open_containers[-1] if open_containers else None
        if kind in "}]":
            open_containers.pop()
        elif kind == ",":
            assert inside is not None
            inside.index += 1
            inside.member = None
        elif kind == ":":
            continue
        elif inside is not None and inside.is_object and inside.member is None:
            _name_member(inside, kind, line)
        else:
            path = inside.value_path() if inside is not None else ()
            lines[path] = line
            if kind in "{[":
                open_containers.append(_Container(path, is_object=kind == "{"))
    return lines


def _name_member(inside: _Container, quoted: str, line: int) -> None:
    name: str = json.loads(quoted)
    if name in inside.seen:
        raise DuplicateMember(name, line)
    inside.seen.add(name)
    inside.member = name
