"""Who the events and reports come from that the worker makes by itself."""

from uuid_utils.compat import uuid7

from chassis.outbox import Origin
from contracts.provenance import Provenance

ITSELF = "program-svc"


def sent_for(cause: str) -> Origin:
    """The origin of what the worker says because of something: the path of what it goes back to."""
    return Origin(ITSELF, None, str(uuid7()), None, Provenance(cause=cause))
