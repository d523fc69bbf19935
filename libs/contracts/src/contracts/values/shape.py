from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """A shape on the wire: immutable, and a field that it does not name is refused.

    Producers and the API thereby find their own typing errors; readers of events pass `extra="ignore"` instead
    (see `contracts.events.Event.read`), so that they keep working when a shape grows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
