import re
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from contracts.values.shape import Shape
from contracts.values.text import Name

_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


def _check(value: Any) -> Any:
    """A UUID, or text in the one form that we read, which the validator behind this one makes into one."""
    if isinstance(value, UUID) or (isinstance(value, str) and _UUID.fullmatch(value)):
        return value
    raise PydanticCustomError("uuid", "An id is a UUID such as 0198c3f0-6a1e-7c4b-9a55-3f0c2b8d1e77")


Id = Annotated[UUID, BeforeValidator(_check), Field(examples=["0198c3f0-6a1e-7c4b-9a55-3f0c2b8d1e77"])]
"""A record's id. The service makes a UUIDv7; any UUID in the usual form with hyphens is readable."""


class ExternalRef(Shape):
    """What the client calls a record: unique per organisation and record type."""

    source: Name
    """The system that the record comes from, for example `jira`."""
    id: Name
    """The record's id in that system."""
