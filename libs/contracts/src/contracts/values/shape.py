from typing import Any

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from contracts.values.docstrings import described


class Shape(BaseModel):
    """A shape on the wire: immutable, and a field that it does not name is refused.

    Producers and the API thereby find their own typing errors; readers of events pass `extra="ignore"` instead
    (see `contracts.events.Event.read`), so that they keep working when a shape grows.

    There are hundreds of them, and a process uses few: each validator is built when it is first needed, and what the source says of a
    field is read when a schema is written.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The schema, each field with what the source says of it."""
        schema = handler(core_schema)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        for name, text in described(cls).items():
            field = cls.model_fields[name]
            if field.description is None:
                alias = field.serialization_alias if handler.mode == "serialization" else field.validation_alias
                properties[alias if isinstance(alias, str) else name]["description"] = text
        return schema
