"""Rows past the session's unit of work, on tables of this service."""

import subprocess
import sys
from uuid import UUID

import pytest

from chassis import rows
from project_svc.projects.models import Project
from project_svc.records import ProjectRecord
from project_svc.tasks.models import Task


@pytest.fixture
async def task_id(api):
    return UUID(await api.task(await api.project(), deadline="2026-05-01", percent_complete=12.5))


async def test_a_row_is_found_with_the_values_that_the_session_reads(api, database, task_id):
    async with database.transaction(api.organization_id) as session:
        found = await rows.find(session, Task, "id = $1", task_id)
        known = await session.get(Task, task_id)
        names = rows.layout_of(Task).names
        assert found not in session
        assert [getattr(found, name) for name in names] == [getattr(known, name) for name in names]
        assert [type(getattr(found, name)) for name in names] == [type(getattr(known, name)) for name in names]
        assert await rows.find(session, Task, "id = $1", UUID(int=0)) is None


async def test_a_new_row_has_every_column_and_is_written_as_it_was_found(api, database, task_id):
    async with database.transaction(api.organization_id) as session:
        found = await rows.find(session, Task, "id = $1", task_id)
        columns = {name: getattr(found, name) for name in rows.layout_of(Task).names}
        columns |= {"id": UUID(int=1), "wbs_code": "9", "wbs_number": None}
        await rows.insert(session, rows.new(Task, **columns))
        again = await rows.find(session, Task, "id = $1", UUID(int=1))
        assert {name: getattr(again, name) for name in columns} == columns
    with pytest.raises(TypeError, match="wbs_number"):
        rows.new(Task, **{name: value for name, value in columns.items() if name != "wbs_number"})


async def test_what_was_written_past_the_session_it_reads_anew(api, database, task_id):
    async with database.transaction(api.organization_id) as session:
        before = await session.get(Task, task_id)
        row = await rows.find(session, Task, "id = $1", task_id)
        row.name, row.deadline = "Changed", None
        await rows.update(session, row)
        after = await session.get(Task, task_id)
        assert (before.name, after.name, after.deadline) == ("A", "Changed", None)


async def test_a_changed_row_is_the_sessions_own(api, database, task_id):
    async with database.transaction(api.organization_id) as session:
        task = await session.get(Task, task_id)
        seen = await session.get(Project, task.project_id)
        project = await rows.change(session, Project, "revision = revision + 1 WHERE id = $1", task.project_id)
        assert project is not seen
        assert (project.revision, project in session, session.is_modified(project)) == (seen.revision + 1, True, False)
        project.name = "Renamed"
        await session.flush()
        read = await rows.find(session, Project, "id = $1", project.id)
        assert (read.name, read.revision) == ("Renamed", project.revision)
        assert await rows.change(session, Project, "revision = 0 WHERE id = $1", UUID(int=0)) is None


async def test_another_organisations_rows_are_not_there(stranger, database, task_id):
    async with database.transaction(stranger.organization_id) as session:
        assert await rows.find(session, Task, "id = $1", task_id) is None


def test_a_class_without_a_table_has_no_layout():
    with pytest.raises(TypeError, match="ProjectRecord is no table"):
        rows.layout_of(ProjectRecord)


def test_a_process_that_has_made_no_row_itself_may_change_one_that_it_found():
    """The worker's first event came before anything else had SQLAlchemy look at the tables' classes."""
    script = """
from chassis import rows
from project_svc.projects.models import Project
layout = rows.layout_of(Project)
row = rows._row_of(Project, dict.fromkeys(layout.names, 1))
row.revision += 1
assert row.revision == 2
"""
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_changed_row_is_saved_whether_or_not_the_session_knows_it(api, database, task_id, is_known):
    change = rows.change if is_known else rows.changed
    async with database.transaction(api.organization_id) as session:
        project_id = (await session.get(Task, task_id)).project_id
        before = await session.get(Project, project_id)
        project = await change(session, Project, "revision = revision + 1 WHERE id = $1", project_id)
        assert (project in session, before in session) == (is_known, False)
        project.name = "Renamed"
        await rows.save(session, project)
    async with database.transaction(api.organization_id) as session:
        assert (await session.get(Project, project_id)).name == "Renamed"
