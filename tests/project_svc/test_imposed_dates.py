"""Dates that committed dependencies impose: taken over, shown with their cause, dropped."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.project_svc.control import baseline, put

import contracts
from chassis import outbox
from chassis.database import Database
from chassis.received import ReceivedEvent, read
from contracts.events import Event
from contracts.program_events import (
    DependencyCancelled,
    DependencyCommitted,
    DependencyForecastChanged,
    DependencyProposed,
    ProgramDeleted,
)
from contracts.subjects import Stream
from contracts.vocabulary import ProjectRole
from project_svc.consumers import FOLLOWS
from project_svc.exports.routes import ExportForm

EXAMPLES = Path(contracts.__file__).parent / "examples"
ORIGIN = outbox.Origin(actor="grace", traceparent=None, correlation_id="c-1", causation_id=None)


def example(name: str) -> dict[str, Any]:
    """The state in a contract's example."""
    record: dict[str, Any] = json.loads((EXAMPLES / f"program.{name}.v1.json").read_text())["data"]["record"]
    return record


@dataclass
class Program:
    """A program that tells of its dependencies, and a service that listens."""

    database: Database
    organization_id: UUID
    id: UUID = field(default_factory=uuid4)
    revision: int = 0

    def dependency(self, project: str, task: str, imposed: dict[str, str] | None, **changes: Any) -> dict[str, Any]:
        return (
            example("dependency.committed")
            | {
                "id": str(uuid4()),
                "organization_id": str(self.organization_id),
                "program_id": str(self.id),
                "receiver": {"project_id": project.removeprefix("/projects/"), "task_id": task},
                "imposed": imposed,
            }
            | changes
        )

    def tells(self, kind: type[Event], state: dict[str, Any]) -> ReceivedEvent:
        """The program's next event, as the consumer reads it."""
        self.revision += 1
        boundary = outbox.Boundary("program", self.id, self.organization_id, self.revision)
        event = kind.model_validate({"data": {"record": state, "changed": [], "previous": {}}})
        _, message = outbox.message(boundary, event, 1, 1, ORIGIN)
        received = read(message)
        assert isinstance(received, ReceivedEvent)
        return received

    async def hear(self, *events: ReceivedEvent) -> dict[str, int]:
        """The service applies a batch; what became of the events."""
        async with self.database.transaction() as session:
            outcome = await FOLLOWS[Stream.PROGRAM].apply(session, events)
            await outbox.flush(session, ORIGIN)
        return dict(outcome.counts)


@pytest.fixture
def program(database, api) -> Program:
    return Program(database, api.organization_id)


@pytest.fixture
async def project(api) -> str:
    return await api.project()


START = {"side": "start", "at": "2026-03-16"}


async def test_an_imposed_date_moves_the_task_and_names_the_dependency(api, program, project, events_of):
    first, second = await api.task(project, "A", "P2D"), await api.task(project, "B", "P2D")
    await api.link(project, first, second)
    dependency = program.dependency(project, first, START)
    assert await program.hear(program.tells(DependencyCommitted, dependency)) == {"applied": 1}

    items = await api.schedule(project)
    assert items[first]["early_start"] == "2026-03-16"
    assert items[first]["driving"] == {"dependency_id": dependency["id"]}
    assert items[second]["early_start"] == "2026-03-18"
    explanation = await api.get(f"{project}/tasks/{second}/explain")
    assert [step["task_id"] for step in explanation["path"]] == [second, first]
    assert explanation["path"][-1]["driven_by"] == {"dependency_id": dependency["id"]}
    assert explanation["last_move"]["cause"]["dependency_id"] == dependency["id"]

    told = (await events_of(api.organization_id))[-1]
    assert told["subject"].endswith("schedule.recalculated")
    assert told["data"]["cause"]["dependency_id"] == dependency["id"]
    assert told["headers"]["ce-actor"] == "grace"
    assert told["revision"] == (await api.get(project))["revision"] == 5

    shown = (await api.get(f"{project}/imposed-dates"))["items"]
    assert [(each["dependency_id"], each["side"], each["at"]) for each in shown] == [
        (dependency["id"], "start", "2026-03-16")
    ]
    assert shown[0]["provider_task_id"] == dependency["provider"]["task_id"]


async def test_a_date_that_is_no_longer_imposed_frees_the_task(api, program, project):
    task = await api.task(project)
    dependency = program.dependency(project, task, START)
    await program.hear(program.tells(DependencyCommitted, dependency))
    await program.hear(program.tells(DependencyCancelled, dependency | {"imposed": None}))
    assert (await api.schedule(project))[task]["early_start"] == "2026-03-02"
    assert (await api.get(f"{project}/imposed-dates"))["items"] == []


async def test_a_finish_is_imposed_on_the_finish(api, program, project):
    task = await api.task(project, duration="P2D")
    imposed = {"side": "finish", "at": "2026-03-16"}
    await program.hear(program.tells(DependencyCommitted, program.dependency(project, task, imposed)))
    item = (await api.schedule(project))[task]
    assert (item["early_start"], item["early_finish"]) == ("2026-03-13", "2026-03-16")


async def test_a_batch_is_one_recalculation_at_one_revision(api, program, project, events_of):
    first, second = await api.task(project), await api.task(project, "B")
    one, two = program.dependency(project, first, START), program.dependency(project, second, START)
    later = one | {"imposed": {"side": "start", "at": "2026-03-23"}}
    await program.hear(
        program.tells(DependencyCommitted, one),
        program.tells(DependencyCommitted, two),
        program.tells(DependencyForecastChanged, later),
    )
    told = (await events_of(api.organization_id))[-1]
    assert told["revision"] == 4
    causes = {move["task_id"]: move["cause"]["dependency_id"] for move in told["data"]["moves"]}
    assert causes == {first: one["id"], second: two["id"]}
    assert (await api.schedule(project))[first]["early_start"] == "2026-03-23"


async def test_what_changes_nothing_takes_no_revision(api, program, project):
    task = await api.task(project)
    early = program.dependency(project, task, {"side": "start", "at": "2026-02-02"})
    proposed = program.dependency(project, task, None, state="proposed")
    again = program.tells(DependencyCommitted, early)
    await program.hear(again, program.tells(DependencyProposed, proposed))
    await program.hear(again, program.tells(DependencyForecastChanged, early | {"margin": "P3D"}))
    assert (await api.get(project))["revision"] == 2
    await api.task(project, "B")
    assert (await api.get(project))["revision"] == 3


async def test_a_dependency_on_what_is_gone_is_passed_over(api, program, project):
    task = await api.task(project)
    await api.delete(f"{project}/tasks/{task}")
    unknown = program.dependency(f"/projects/{uuid4()}", task, START)
    gone = program.dependency(project, task, START)
    counts = await program.hear(program.tells(DependencyCommitted, unknown), program.tells(DependencyCommitted, gone))
    assert counts == {"applied": 2}
    assert (await api.get(f"{project}/imposed-dates"))["items"] == []


async def test_a_deleted_program_imposes_nothing(api, program, project):
    task = await api.task(project)
    await program.hear(program.tells(DependencyCommitted, program.dependency(project, task, START)))
    deleted = example("program.deleted") | {"id": str(program.id), "organization_id": str(api.organization_id)}
    await program.hear(program.tells(ProgramDeleted, deleted))
    assert (await api.schedule(project))[task]["early_start"] == "2026-03-02"


async def test_a_date_that_no_calendar_holds_is_refused_and_the_project_stays_usable(api, program, project):
    task = await api.task(project, duration="P5D")
    beyond = program.dependency(project, task, {"side": "start", "at": "2200-12-31"})
    await program.hear(program.tells(DependencyCommitted, beyond))
    assert (await api.schedule(project))[task]["early_start"] == "2026-03-02"
    await api.patch(f"{project}/tasks/{task}", {"duration": "P6D"})


async def test_an_imposed_date_that_breaks_a_tolerance_drafts_an_exception(api, program, events_of):
    project = await api.project(tolerances={"schedule": "P2D"})
    task = await api.task(project, duration="P5D")
    await baseline(api, project)
    dependency = program.dependency(project, task, {"side": "start", "at": "2026-03-04"})
    await program.hear(program.tells(DependencyCommitted, dependency))
    assert (await api.get(f"{project}/exceptions"))["items"] == []
    await program.hear(program.tells(DependencyForecastChanged, dependency | {"imposed": START}))
    (drafted,) = (await api.get(f"{project}/exceptions"))["items"]
    assert (drafted["dimension"], drafted["forecast"], drafted["is_drafted"]) == ("schedule", "P10D", True)
    moved, told = (await events_of(api.organization_id))[-2:]
    assert (moved["subject"].split(".", 4)[-1], told["subject"].split(".", 4)[-1]) == (
        "schedule.recalculated",
        "exception.created",
    )
    revision = (await api.get(project))["revision"]
    assert moved["revision"] == told["revision"] == drafted["figures"]["revision"] == revision


@pytest.mark.parametrize("end", ["cancelled", "closed"])
async def test_a_closed_project_is_neither_held_nor_freed(api, database, program, project, events_of, end):
    held, free = await api.task(project), await api.task(project, "B")
    before, after = program.dependency(project, held, START), program.dependency(project, free, START)
    await program.hear(program.tells(DependencyCommitted, before))
    await put(database, api, "projects", project.rpartition("/")[2], end)
    picture, said = await api.get(f"{project}/snapshot"), await events_of(api.organization_id)
    counts = await program.hear(
        program.tells(DependencyCommitted, after),
        program.tells(DependencyForecastChanged, before | {"imposed": {"side": "start", "at": "2026-03-23"}}),
        program.tells(DependencyCancelled, before | {"imposed": None}),
    )
    assert counts == {"applied": 3}
    assert (await api.get(f"{project}/snapshot"), await events_of(api.organization_id)) == (picture, said)
    assert (await api.schedule(project))[held]["early_start"] == "2026-03-16"
    imposed = (await api.get(f"{project}/imposed-dates"))["items"]
    assert [(each["dependency_id"], each["at"]) for each in imposed] == [(before["id"], "2026-03-16")]


async def test_an_export_is_of_its_own_project_alone(api, program, project):
    other = await api.project(name="SECRET project")
    theirs = await api.task(other, "SECRET task")
    needed = await api.task(project, "Ours", kind="milestone", duration="P0D")
    provider = {"project_id": other.removeprefix("/projects/"), "task_id": theirs}
    words = {"provider": provider, "provider_owner": "SECRET", "acceptance_criterion": "SECRET"}
    await program.hear(program.tells(DependencyCommitted, program.dependency(project, needed, START, **words)))
    mine = {UUID(project.removeprefix("/projects/")): ProjectRole.VIEWER}
    viewer = replace(api, subject="bob", roles=frozenset(), in_projects=mine)
    for form in ExportForm:
        answer = await viewer.request("GET", f"{project}/export", params={"form": form})
        assert (answer.status_code, "Ours" in answer.text) == (200, True), form
        assert not [word for word in ("SECRET", theirs, provider["project_id"]) if word in answer.text], form
        assert (await viewer.request("GET", f"{other}/export", params={"form": form})).status_code == 404
