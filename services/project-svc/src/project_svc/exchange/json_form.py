"""The open JSON form: `planning.exchange.Document` as it is, its fields by their names (docs/exchange.md)."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from planning.exchange import Document, FidelityReport, MalformedDocument

FORM = "interlock.project/1"
"""What the field `form` says, so that a file says by itself what it is."""

_ADAPTER: TypeAdapter[Document] = TypeAdapter(Document)


def read_json(data: bytes) -> tuple[Document, FidelityReport]:
    """The document in a file. Raises MalformedDocument, which names the place. Fields that the form does not have are reported."""
    try:
        content = from_json(data)
    except ValueError as error:
        raise MalformedDocument(f"this is no JSON: {error}") from None
    if not isinstance(content, dict) or content.pop("form", None) != FORM:
        raise MalformedDocument(f'a project in the open form says "form": "{FORM}"')
    try:
        document = _ADAPTER.validate_python(content, strict=False)
    except ValidationError as error:
        first = error.errors()[0]
        place = "/".join(map(str, first["loc"]))
        raise MalformedDocument(f"/{place}: {first['msg']}") from None
    _check_references(document)
    report = FidelityReport()
    for record, name, source_id in _unknown(Document, content, "document", ""):
        report.dropped(record, name, source_id, "the form has no such field")
    return document, report


def write_json(document: Document) -> bytes:
    """A document in the open form."""
    content = _ADAPTER.dump_python(document, mode="json")
    return TypeAdapter(dict[str, Any]).dump_json({"form": FORM, **content}, indent=1)


def _check_references(document: Document) -> None:
    """That ids are given once, and that what is named is there."""
    above: set[str] = set()
    calendars = {calendar.source_id for calendar in document.calendars}
    for task in document.tasks:
        if task.source_id in above:
            raise MalformedDocument(f"two tasks have the source_id {task.source_id}")
        if task.parent_id is not None and task.parent_id not in above:
            raise MalformedDocument(f"task {task.source_id} is below {task.parent_id}, which does not come before it")
        if task.calendar_id is not None and task.calendar_id not in calendars:
            raise MalformedDocument(
                f"task {task.source_id} works by the calendar {task.calendar_id}, which is not there"
            )
        above.add(task.source_id)
    _check_staff(document, calendars)
    for outside in document.outside_links:
        if outside.task_id not in above:
            raise MalformedDocument(f"an outside link names the task {outside.task_id}, which is not there")
        if not outside.project or not outside.other_task_id:
            raise MalformedDocument("an outside link says which project and which task there is its other end")
    for link in document.links:
        for end in (link.predecessor_id, link.successor_id):
            if end not in above:
                raise MalformedDocument(f"a link names the task {end}, which is not there")


def _check_staff(document: Document, calendars: set[str]) -> None:
    tasks, resources = {task.source_id for task in document.tasks}, set()
    for resource in document.resources:
        if resource.source_id in resources:
            raise MalformedDocument(f"two resources have the source_id {resource.source_id}")
        if resource.calendar_id is not None and resource.calendar_id not in calendars:
            raise MalformedDocument(
                f"resource {resource.source_id} works by the calendar {resource.calendar_id}, which is not there"
            )
        resources.add(resource.source_id)
    known: set[str] = set()
    for assignment in document.assignments:
        if assignment.source_id in known:
            raise MalformedDocument(f"two assignments have the source_id {assignment.source_id}")
        for name, there in ((assignment.task_id, tasks), (assignment.resource_id, resources)):
            if name not in there:
                raise MalformedDocument(f"assignment {assignment.source_id} names {name}, which is not there")
        known.add(assignment.source_id)


def _unknown(kind: type, content: Mapping[str, Any], record: str, source_id: str) -> Iterator[tuple[str, str, str]]:
    """(record, field, source id) of what the form does not have."""
    known = {field.name for field in fields(kind)}
    hints = get_type_hints(kind)
    source_id = str(content.get("source_id", source_id))
    for name, value in content.items():
        if name not in known:
            yield record, name, source_id
            continue
        below = next((each for each in _kinds(hints[name])), None)
        if below is not None:
            singular = name if not isinstance(value, list) else name.removesuffix("s")
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, dict):
                    yield from _unknown(below, each, singular, source_id)


def _kinds(hint: Any) -> Iterator[type]:
    """The dataclasses in a type."""
    if is_dataclass(hint) and isinstance(hint, type):
        yield hint
    elif get_origin(hint) in {tuple, Union, UnionType}:
        for part in get_args(hint):
            yield from _kinds(part)
