"""Where the generated documents and the examples lie: beside the code, one file per event version."""

import json
from pathlib import Path
from typing import Any

from contracts.events import Event

HERE = Path(__file__).parent
SCHEMAS = HERE / "schemas"
EXAMPLES = HERE / "examples"
PUBLISHED = HERE / "published"
ASYNCAPI = HERE / "asyncapi.json"


def file_name(event: type[Event]) -> str:
    """For example `project.task.updated.v1.json`."""
    return f"{event.event_name()}.v{event.version}.json"


def schema_file(event: type[Event]) -> Path:
    """The JSON Schema of the event's `data`."""
    return SCHEMAS / file_name(event)


def example_file(event: type[Event]) -> Path:
    """One event of this version, in CloudEvents' structured form. Written by hand: it must outlive the code's changes."""
    return EXAMPLES / file_name(event)


def published_file(event: type[Event]) -> Path:
    """The version's example as it was when the version was published. Written once, by `generate`; the example may grow after that, this does not."""
    return PUBLISHED / file_name(event)


def load(path: Path) -> Any:
    """The JSON document in a file."""
    return json.loads(path.read_text(encoding="utf-8"))


def text_of(document: Any) -> str:
    """A document as it is committed: indented, in the order in which it was built."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
