"""Scenarios: changes thought through together, kept under a name, and what is asked of the projects when one is taken."""

from enum import StrEnum

from pydantic import Field, JsonValue

from contracts.program_events.registered import Registered
from contracts.values import Id, Label, Name, Shape, Text

MOST_CHANGES = 1_000
Change = dict[str, JsonValue]
"""One change, in the form that `POST /programs/{id}/what-if` takes."""


class ScenarioStatus(StrEnum):
    """`draft → taken | discarded`."""

    DRAFT = "draft"
    TAKEN = "taken"
    DISCARDED = "discarded"


class ScenarioFields(Shape):
    """Changes that are thought through together."""

    name: Name
    description: Text = ""
    changes: list[Change] = Field(default_factory=list, max_length=MOST_CHANGES)


class ScenarioState(ScenarioFields, Registered):
    """A scenario. What would come of it is computed when it is asked for."""

    state: ScenarioStatus


class ProposalStatus(StrEnum):
    """`open → accepted | declined`."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class ProposalFields(Shape):
    """What the program asks of a project's manager, who makes the changes in the project or declines."""

    scenario_id: Id
    project_id: Id
    changes: list[Change] = Field(default_factory=list, max_length=MOST_CHANGES)
    decided_by: Label = ""
    note: Text = ""


class ProposalState(ProposalFields, Registered):
    """A proposal."""

    state: ProposalStatus
