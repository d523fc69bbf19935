"""A program's picture as the stack's own command prints it, and the same in words that hold on another stack."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def picture_of(home: Path, program_id: str, organization_id: str) -> bytes:
    """What `python -m program_svc picture` says on the stack of this data folder. Raises CalledProcessError."""
    return _operate(home, "picture", program_id, "--organization", organization_id)


def rebuild_from_stream(home: Path) -> None:
    """Make all that program-svc knows of the projects anew from the events alone. Raises CalledProcessError."""
    _operate(home, "rebuild", "--from", "stream")


def named(picture: bytes) -> bytes:
    """The picture without what tells of the way (revisions), and with every id replaced by its record's number in the order of creation.

    Ids are UUIDv7, so that records which were made in the same order on two stacks get the same names. Raises KeyError for an id of no record.
    """
    document: dict[str, Any] = orjson.loads(picture)
    names = {document["program_id"]: "program"}
    for table, rows in document.items():
        if isinstance(rows, list):
            records = [row for row in rows if "id" in row]
            names |= {row["id"]: f"{table} {number}" for number, row in enumerate(records)}
            names |= {row["organization_id"]: "organization" for row in records}
    document["schedule"].pop("positions")
    for project in document["projects"]:
        project.pop("revision")
    text = orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()
    return _ID.sub(lambda found: names[found[0]], text).encode()


def _operate(home: Path, *command: str) -> bytes:
    told = {**os.environ, "INTERLOCK_HOME": str(home)}
    line = [sys.executable, "-m", "local_stack", "operate", "program", *command]
    return subprocess.run(line, env=told, stdout=subprocess.PIPE, check=True).stdout
