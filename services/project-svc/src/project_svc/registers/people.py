"""Stakeholders, and the deliverables that they accept."""

from collections.abc import Iterable

from contracts.project_events.people import (
    DeliverableFields,
    DeliverableState,
    DeliverableStatus,
    ProjectStakeholderFields,
    StakeholderState,
)
from contracts.project_events.registers import DELIVERABLE, STAKEHOLDER
from project_svc.register.declared import Broken, Declared

STAKEHOLDERS = Declared(
    name="stakeholder",
    collection="stakeholders",
    about="a person or a group that the project touches or that can touch it.",
    fields=ProjectStakeholderFields,
    state=StakeholderState,
    life=STAKEHOLDER,
    filters=("power", "interest", "engagement", "engagement_wanted", "cadence", "party", "owner"),
    sorts=("name",),
    days=("last_contact_on",),
)


def _deliverable_rules(deliverable: DeliverableState) -> Iterable[Broken]:
    if deliverable.state is DeliverableStatus.ACCEPTED:
        if not deliverable.accepted_by:
            yield "/accepted_by", "accepted_by_whom", "Say who accepted it."
    elif deliverable.accepted_by or deliverable.accepted_on is not None:
        yield "/accepted_by", "not_accepted", "What is not accepted was accepted by nobody, on no day."


DELIVERABLES = Declared(
    name="deliverable",
    collection="deliverables",
    about="something that the project hands over, and what it takes to be accepted.",
    fields=DeliverableFields,
    state=DeliverableState,
    life=DELIVERABLE,
    filters=("state", "owner", "accepted_by", "task_id"),
    sorts=("name",),
    days=("due_on",),
    begins=DeliverableStatus.PLANNED,
    steps={
        DeliverableStatus.PLANNED: (DeliverableStatus.DELIVERED,),
        DeliverableStatus.DELIVERED: (DeliverableStatus.ACCEPTED, DeliverableStatus.REJECTED),
        DeliverableStatus.REJECTED: (DeliverableStatus.DELIVERED,),
        DeliverableStatus.ACCEPTED: (),
    },
    rules=_deliverable_rules,
    fixed={DeliverableStatus.ACCEPTED: frozenset({"accepted_by", "accepted_on"})},
)
