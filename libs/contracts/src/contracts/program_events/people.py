"""Who has a stake in a program."""

from contracts.program_events.registered import Registered
from contracts.project_events.people import StakeholderFields


class StakeholderState(StakeholderFields, Registered):
    """A stakeholder, described as those of a project are."""
