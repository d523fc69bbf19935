"""Whether an event version's schema may follow the committed one of the same version.

A version only grows, by optional fields. Both directions must hold: a consumer with the old schema reads new events, and
one with the new schema reads the old events that are still in the stream. So a constraint may be neither narrowed nor widened, and
a field neither removed, added as required, nor made required or optional. Anything else is a new version, published beside this one.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

_WORDS = {"title", "description", "examples", "default", "$comment", "$defs", "$id", "$schema"}
"""Keywords that no event can break."""
_STRUCTURE = {"properties", "required", "items", "anyOf", "$ref"}
"""Keywords that are compared by what is in them."""


@dataclass(frozen=True, slots=True)
class Breaking:
    """One change that a reader would notice. `field` is a path such as `record.constraint.date`, empty for the whole."""

    field: str
    what: str

    def __str__(self) -> str:
        return f"{self.field or 'the whole'}: {self.what}"


def breaking_changes(old: Schema, new: Schema) -> list[Breaking]:
    """What makes `new` unfit to be published under the version of `old`; empty when it may."""
    return list(_Comparison(old, new).changes("", old, new))


class _Comparison:
    """Compares two whole documents, following references; the shapes of events are never recursive."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old = old
        self._new = new

    def changes(self, field: str, old: Schema, new: Schema) -> Iterator[Breaking]:
        old, new = _resolved(self._old, old), _resolved(self._new, new)
        for keyword in sorted((old.keys() | new.keys()) - _WORDS - _STRUCTURE):
            if old.get(keyword) != new.get(keyword):
                yield Breaking(field, f"{keyword} was {_shown(old, keyword)}, is {_shown(new, keyword)}")
        yield from self._of_properties(field, old, new)
        yield from self._of_alternatives(field, old, new)
        if ("items" in old) != ("items" in new):
            yield Breaking(field, "the type of its items appeared or went")
        elif "items" in old:
            yield from self.changes(f"{field}[]", old["items"], new["items"])

    def _of_properties(self, field: str, old: Schema, new: Schema) -> Iterator[Breaking]:
        before, after = old.get("properties", {}), new.get("properties", {})
        was_required, is_required = set(old.get("required", ())), set(new.get("required", ()))
        for name in before:
            path = f"{field}.{name}".strip(".")
            if name not in after:
                yield Breaking(path, "the field was removed or renamed")
                continue
            if name in was_required - is_required:
                yield Breaking(path, "the field is no longer always there")
            elif name in is_required - was_required:
                yield Breaking(path, "the field became required: older events lack it")
            yield from self.changes(path, before[name], after[name])
        for name in sorted((after.keys() - before.keys()) & is_required):
            yield Breaking(f"{field}.{name}".strip("."), "a new field is required: older events lack it")

    def _of_alternatives(self, field: str, old: Schema, new: Schema) -> Iterator[Breaking]:
        before, after = old.get("anyOf", []), new.get("anyOf", [])
        if len(before) != len(after):
            yield Breaking(field, f"the number of its alternatives was {len(before) or 1}, is {len(after) or 1}")
            return
        for one, other in zip(before, after, strict=True):
            yield from self.changes(field, one, other)


def _resolved(document: Schema, schema: Schema) -> Schema:
    while "$ref" in schema:
        schema = document["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return schema


def _shown(schema: Schema, keyword: str) -> str:
    return json.dumps(schema[keyword]) if keyword in schema else "not there"
