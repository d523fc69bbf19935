import json
from decimal import Decimal
from uuid import UUID

import pytest
from pydantic import ValidationError

from contracts.envelope import Envelope
from contracts.files import example_file
from contracts.project_events import (
    ProjectRecalculation,
    ProjectScheduleRecalculated,
    TaskCreated,
    TaskDeleted,
    TaskUpdated,
)
from contracts.registry import EVENT_OF_TYPE, EVENTS
from contracts.schedules import MOST_MOVES, Cause, DrivenByDependency, Move
from contracts.subjects import BoundaryKind
from contracts.values import Duration

ALL = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.event_name())


def example_data(event):
    return Envelope.from_structured(example_file(event).read_bytes())[1]


def a_task():
    return TaskCreated.read(example_data(TaskCreated)).data.record


@ALL
def test_every_event_writes_what_it_read(event):
    data = example_data(event)
    assert json.loads(event.read(data).data_json()) == data


@ALL
def test_a_reader_ignores_what_it_does_not_know(event):
    grown = example_data(event) | {"tomorrow": 1}
    for value in list(grown.values()):
        if isinstance(value, dict):
            value["tomorrow"] = {"deep": True}
    grown.get("previous", {}).pop("tomorrow", None)
    assert event.read(grown) == event.read(example_data(event))


@ALL
def test_a_producer_may_not_say_what_was_not_declared(event):
    with pytest.raises(ValidationError, match="tomorrow"):
        event.model_validate({"data": example_data(event) | {"tomorrow": 1}})


@ALL
def test_a_reader_misses_what_it_knows(event):
    data = example_data(event)
    del data[next(iter(data))]
    with pytest.raises(ValidationError, match="Field required"):
        event.read(data)


def test_types_are_unique_and_lead_back_to_their_class():
    assert len(EVENT_OF_TYPE) == len(EVENTS)
    assert EVENT_OF_TYPE["io.interlock.project.task.updated.v1"] is TaskUpdated


def test_an_update_says_what_changed_and_what_it_was():
    before = a_task()
    after = before.model_copy(
        update={"duration": Duration.days(36), "percent_complete": Decimal("62.5"), "revision": 9}
    )
    event = TaskUpdated.between(before, after)
    assert event.data.record is after
    assert event.data.changed == ["duration", "percent_complete"]
    assert event.data.previous == {"duration": "P30D", "percent_complete": 60}


def test_creation_and_deletion_carry_the_whole_record_alone():
    for event in (TaskCreated.of(a_task()), TaskDeleted.of(a_task())):
        assert json.loads(event.data_json()) == example_data(TaskCreated)


def test_an_event_knows_its_subject_and_what_it_is_about():
    task = a_task()
    event = TaskCreated.of(task)
    assert event.about() == f"projects/{task.project_id}/tasks/{task.id}"
    assert str(event.subject(task.project_id, task.organization_id)) == (
        f"interlock.project.{task.organization_id}.{task.project_id}.task.created"
    )


def test_the_goal_tree_belongs_to_the_organisation():
    strategic = {event.record for event in EVENTS if event.boundary is BoundaryKind.STRATEGY}
    of_goals = {"goal", "key_result", "check_in", "alignment"}
    of_portfolios = {"portfolio", "portfolio_project", "portfolio_report", "portfolio_subscription"}
    assert strategic == of_goals | of_portfolios


def test_a_cause_and_a_driver_name_only_what_applies():
    task = a_task()
    assert json.loads(Cause(project_id=task.project_id).model_dump_json()) == {"project_id": str(task.project_id)}
    assert json.loads(DrivenByDependency(dependency_id=task.id).model_dump_json()) == {"dependency_id": str(task.id)}


def test_a_recalculation_holds_at_most_a_thousand_moves():
    data = example_data(ProjectScheduleRecalculated)
    move = data["moves"][0]
    assert len(ProjectRecalculation.model_validate(data | {"moves": [move] * MOST_MOVES}).moves) == MOST_MOVES
    with pytest.raises(ValidationError, match="at most 1000"):
        ProjectRecalculation.model_validate(data | {"moves": [move] * (MOST_MOVES + 1)})


def test_a_full_part_of_a_recalculation_fits_into_one_nats_message():
    data = example_data(ProjectScheduleRecalculated)
    event = ProjectScheduleRecalculated.read(data | {"moves": [data["moves"][1]] * MOST_MOVES})
    assert len(event.data_json()) < 900_000


def test_moves_that_are_written_already_make_the_same_payload():
    moves = [
        Move.model_validate(
            {
                "task_id": str(UUID(int=number)),
                "early_start": "2026-03-02",
                "early_finish": "2026-03-03T09:30",
                "previous_early_start": None,
                "previous_early_finish": None,
                "cause": {"project_id": str(UUID(int=7))},
                "driving": {"link_id": str(UUID(int=8))} if number else None,
            }
        )
        for number in range(3)
    ]
    head = {"project_id": UUID(int=7), "cause": Cause(project_id=UUID(int=7)), "start": None, "finish": None}
    whole = ProjectRecalculation(**head, part=1, parts=1, moves=moves)
    written = ProjectScheduleRecalculated.written(
        whole.model_copy(update={"moves": []}), [move.model_dump(mode="json") for move in moves]
    )
    assert written.data_json() == ProjectScheduleRecalculated(data=whole).data_json()
    with pytest.raises(ValueError, match="at most 1000 moves"):
        ProjectScheduleRecalculated.written(whole, [{}] * 1001)
