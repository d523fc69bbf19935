"""Who has a stake in a program."""

from contracts.program_events.people import StakeholderState
from contracts.program_events.registers import STAKEHOLDER
from contracts.project_events.people import StakeholderFields
from program_svc.register.declared import Declared

STAKEHOLDERS = Declared(
    name="stakeholder",
    collection="stakeholders",
    about="a person or a group that it touches or that can touch it.",
    fields=StakeholderFields,
    state=StakeholderState,
    life=STAKEHOLDER,
    filters=("power", "interest", "engagement", "engagement_wanted", "cadence", "party", "owner"),
    sorts=("name",),
)
