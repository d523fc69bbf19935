from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.subjects import BoundaryKind, MalformedSubject, Stream, Subject

ORG = UUID("0198c3f0-0001-7c4b-9a55-3f0c2b8d0001")
PROJECT = UUID("0198c3f0-0002-7c4b-9a55-3f0c2b8d0002")


@given(st.sampled_from(BoundaryKind), st.uuids(), st.uuids())
def test_a_subject_is_read_as_it_was_written(kind, boundary_id, organization_id):
    if kind.is_the_organizations:
        boundary_id = organization_id
    subject = Subject(kind, boundary_id, organization_id, "task", "updated")
    assert Subject.parse(str(subject)) == subject


def test_a_project_event_names_organisation_project_record_and_happening():
    subject = Subject(BoundaryKind.PROJECT, PROJECT, ORG, "budget_line", "created")
    assert str(subject) == f"interlock.project.{ORG}.{PROJECT}.budget_line.created"
    assert subject.stream is Stream.PROJECT


def test_the_goal_tree_is_in_the_program_stream_under_the_organisation():
    subject = Subject.parse(f"interlock.program.{ORG}.strategy.goal.updated")
    assert (subject.stream, subject.boundary_kind, subject.boundary_id) == (Stream.PROGRAM, BoundaryKind.STRATEGY, ORG)


def test_the_jobs_are_in_the_project_stream_under_the_organisation():
    subject = Subject.parse(f"interlock.project.{ORG}.work.job.created")
    assert (subject.stream, subject.boundary_kind, subject.boundary_id) == (Stream.PROJECT, BoundaryKind.WORK, ORG)


def test_a_stream_has_one_writer_and_one_filter():
    assert [(stream.subjects, stream.source) for stream in Stream] == [
        ("interlock.project.>", "/project-svc"),
        ("interlock.program.>", "/program-svc"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "interlock",
        f"interlock.project.{ORG}.{PROJECT}.task",
        f"interlock.project.{ORG}.{PROJECT}.task.updated.more",
        f"interlock.project.{ORG}.strategy.goal.updated",
        f"interlock.program.{ORG}.work.job.updated",
        f"interlock.project.{ORG}.nonsense.task.updated",
        f"interlock.project.nonsense.{PROJECT}.task.updated",
        f"interlock.gateway.{ORG}.{PROJECT}.task.updated",
        f"other.project.{ORG}.{PROJECT}.task.updated",
        f"interlock.project.{ORG}.{PROJECT}..updated",
    ],
)
def test_any_other_text_is_not_a_subject(text):
    with pytest.raises(MalformedSubject):
        Subject.parse(text)
