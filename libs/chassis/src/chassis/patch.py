"""JSON Merge Patch (RFC 7396) over pydantic shapes: what is absent stays, `null` clears where clearing is allowed."""

from typing import Any

from pydantic import BaseModel, Field


def _nothing() -> None:
    """The value of a field that was left out. As a factory it stays out of the JSON Schema, where `null` may not be allowed."""


def unset(**constraints: Any) -> Any:
    """A field of an update shape that may be left out. Unlike an optional one, it takes `null` only if its type does."""
    return Field(default_factory=_nothing, **constraints)


def changes_of(update: BaseModel) -> dict[str, Any]:
    """The fields that the client sent, as Python values (nested shapes stay shapes)."""
    return {name: getattr(update, name) for name in update.model_fields_set}
