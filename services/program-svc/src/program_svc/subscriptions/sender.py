"""Who the events and reports of a delivery come from."""

from uuid import UUID

from uuid_utils.compat import uuid7

from chassis.outbox import Origin
from contracts.provenance import Provenance

ITSELF = "program-svc"


def sent_for(subscription_id: UUID) -> Origin:
    """The origin of what is sent because of a subscription."""
    return Origin(ITSELF, None, str(uuid7()), None, Provenance(cause=f"subscriptions/{subscription_id}"))
