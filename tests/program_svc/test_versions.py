"""Deployed in any order: a reader that knows one version of an event goes on while project-svc publishes two beside each other."""

from decimal import Decimal

import orjson
import pytest
from uuid_utils.compat import uuid7

from chassis import outbox
from chassis.outbox import Boundary, Origin
from chassis.projection import Projection
from chassis.received import ReceivedEvent, read
from contracts import project_events as events
from program_svc.consumers import HANDLERS, Settling
from program_svc.network.memory import Memory
from program_svc.replica.models import ACTUALS

ORIGIN = Origin(actor="ann", traceparent=None, correlation_id="c" * 32, causation_id=None)
V1, V2 = events.ActualRecorded.event_type(), events.ActualRecordedV2.event_type()


def reader(*, without=()):
    """The service's own projection, as it was before it knew these types."""
    handlers = {name: handler for name, handler in HANDLERS.items() if name not in without}
    return Projection(handlers, Settling(Memory()).settle_programs, service="program-svc")


def both_versions(projects, project_id):
    """One revision as project-svc publishes it: the cost in both versions, the older first, each with the other's type beside it."""
    about = projects._cost(project_id, "12.34", "2026-03-02", "EUR")
    revision = projects.revisions[project_id] = projects.revisions[project_id] + 1
    boundary = Boundary("project", project_id, projects.organization_id, revision)
    told = [(events.ActualRecorded, {"source": "letter"}), (events.ActualRecordedV2, {"source_document": "letter"})]
    for position, (kind, source) in enumerate(told, start=1):
        event = kind.model_validate({"data": {"record": about | source, "changed": [], "previous": {}}})
        _, message = outbox.message(boundary, event, position, len(told), ORIGIN)
        received = read(message)
        assert isinstance(received, ReceivedEvent)
        yield received


@pytest.mark.parametrize("without", [(), (V2,), (V1,)], ids=["new reader", "old reader", "reader of the second alone"])
async def test_a_reader_takes_the_version_that_it_knows_and_goes_on(api, without):
    projects, old = api.projects, reader(without=without)
    project_id = projects.project("P")
    said = [*projects.take(), *both_versions(projects, project_id)]
    task_id = projects.task(project_id, "after it", 3)
    said += projects.take()
    async with api.database.transaction() as session:
        outcome = await old.apply(session, said)
    assert outcome.counts == {"applied": 3, "ignored": 1}
    async with api.database.transaction(api.organization_id) as session:
        amounts = (await session.execute(ACTUALS.select())).all()
        assert [(each.project_id, each.amount) for each in amounts] == [(project_id, Decimal("12.34"))]
    assert task_id in projects.records


async def test_a_type_that_an_old_reader_has_never_heard_of_counts_and_changes_nothing(api):
    projects = api.projects
    project_id = projects.project("P")
    [created] = projects.take()
    boundary = Boundary("project", project_id, projects.organization_id, 2)
    event = events.ProjectUpdated.model_validate({"data": orjson.loads(created.message.payload)})
    _, message = outbox.message(boundary, event, 1, 1, ORIGIN)
    headers = {**message.headers, "ce-type": "io.interlock.project.permit.granted.v1", "ce-id": str(uuid7())}
    unknown = read(type(message)(message.subject, headers, b'{"record": {"id": "what it will be, nobody knows"}}'))
    projects.revisions[project_id] = 2
    projects.task(project_id, "after it", 3)
    async with api.database.transaction() as session:
        outcome = await reader().apply(session, [created, unknown, *projects.take()])
    assert outcome.counts == {"applied": 2, "ignored": 1}
