"""What a program asks of a project is heard by who sees the project, and by nobody else without a role in the program."""

from uuid import UUID, uuid4

import orjson
import pytest

from chassis.identity import Identity
from contracts.envelope import Envelope
from contracts.files import example_file
from contracts.program_events.registers import PROPOSAL, SCENARIO
from contracts.subjects import Stream
from contracts.vocabulary import ProjectRole
from gateway.events.live_event import LiveEvent
from gateway.events.permission import document_for
from gateway.webhooks.fanout import NOWHERE


def live(kind):
    """The contract's own example of an event, as it comes, and its record."""
    envelope, data = Envelope.from_structured(example_file(kind).read_bytes())
    event = LiveEvent(
        stream=Stream(kind.boundary.stream),
        sequence=1,
        stored_at=envelope.time,
        organization_id=envelope.orgid,
        boundary_kind=kind.boundary,
        boundary_id=UUID(data["record"]["program_id"]),
        record=kind.record,
        happened=kind.happened,
        envelope=envelope,
        headers={},
        payload=orjson.dumps(data),
        position=NOWHERE,
    )
    return event, data["record"]


@pytest.mark.parametrize("kind", [PROPOSAL.created, PROPOSAL.updated], ids=["created", "updated"])
def test_a_proposal_is_told_to_its_project_s_members(kind):
    event, record = live(kind)
    asked = Identity(
        "mara", event.organization_id, frozenset(), projects={UUID(record["project_id"]): ProjectRole.VIEWER}
    )
    assert document_for(asked, event) == event.document is not None
    other = Identity("noor", event.organization_id, frozenset(), projects={uuid4(): ProjectRole.PROJECT_MANAGER})
    assert document_for(other, event) is None


def test_the_scenario_behind_it_is_not():
    event, _ = live(SCENARIO.created)
    member = Identity("mara", event.organization_id, frozenset(), projects={uuid4(): ProjectRole.PROJECT_MANAGER})
    assert document_for(member, event) is None
