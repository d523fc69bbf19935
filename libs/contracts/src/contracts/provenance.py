"""Through what a change came in, for the audit log: travels beside requests and events, and is shown to auditors alone.

An event's own attributes go to everybody who may see the event; whose address a change came from is nobody else's business. So it is a
header of its own, which neither server-sent events nor webhooks carry.
"""

import json
from typing import Self

from pydantic import Field, ValidationError

from contracts.values import Shape

HEADER = "Interlock-Provenance"
"""Of a request to a service (from the gateway alone) and of a message on NATS: JSON in ASCII."""
LONGEST = 4096
"""Characters of the header's value."""


class Provenance(Shape):
    """What a request came with and from where, as far as it is known; and what came between it and the change, if anything did."""

    credential: str | None = Field(default=None, description="`api-tokens/<id>`, or the issuer of an access token")
    address: str | None = Field(default=None, max_length=64, description="of the client")
    user_agent: str | None = Field(default=None, max_length=256)
    request_id: str | None = Field(default=None, max_length=128)
    cause: str | None = Field(
        default=None,
        max_length=128,
        description="what the system did it for, where no request did it itself: `events/<id>`, `jobs/<id>`, `subscriptions/<id>`",
    )

    @classmethod
    def following(cls, header: str | None, cause: str) -> Self:
        """Of what follows from a change: what that one came with and from where, as its header says, and what stands between."""
        return (cls.read(header) or cls()).model_copy(update={"cause": cause})

    def header(self) -> str:
        """The header's value."""
        return json.dumps(self.model_dump(exclude_none=True), separators=(",", ":"))

    @classmethod
    def read(cls, header: str | None) -> Self | None:
        """What a header says; None if there is none, or none that can be read: nothing fails for want of it."""
        if header is None or len(header) > LONGEST:
            return None
        try:
            return cls.model_validate_json(header, extra="ignore")
        except ValidationError:
            return None
