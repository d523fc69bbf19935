import asyncpg
import psutil
import pytest

from local_stack.databases import create_database, create_role, drop_database, execute, has_database
from local_stack.errors import StackError
from local_stack.postgres import Postgres

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(new_folder):
    server = Postgres(new_folder() / "cluster")
    server.start()
    yield server
    server.stop()


async def fetch(url: str, query: str):
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_the_newest_server_of_the_wheel_runs_durably(server):
    assert int(await fetch(server.url(), "SHOW server_version_num")) >= 180000
    assert await fetch(server.url(), "SHOW fsync") == "on"
    assert await fetch(server.url(), "SHOW listen_addresses") == ""


async def test_a_role_needs_its_password(server):
    create_role(server, "clerk", "right'word")
    assert await fetch(server.url(role="clerk", password="right'word"), "SELECT current_user") == "clerk"
    with pytest.raises(asyncpg.InvalidPasswordError):
        await fetch(server.url(role="clerk", password="wrong"), "SELECT 1")


async def test_a_role_is_neither_superuser_nor_above_row_security(server):
    create_role(server, "clerk", "one")
    create_role(server, "clerk", "two")  # again, with another password
    url = server.url(role="clerk", password="two")
    assert await fetch(url, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = 'clerk'") is False


async def test_a_database_is_a_copy_of_its_template(server):
    create_database(server, "shape")
    execute(server, "CREATE TABLE things (id int); INSERT INTO things VALUES (7)", database="shape")
    create_database(server, "copy", template="shape")
    assert await fetch(server.url("copy"), "SELECT id FROM things") == 7
    drop_database(server, "copy")
    assert has_database(server, "shape")
    assert not has_database(server, "copy")


async def test_an_acknowledged_commit_survives_a_crash(server):
    execute(server, "CREATE TABLE survivors AS SELECT 1 AS id")
    sessions = psutil.Process(server.child.pid).children(recursive=True)
    server.kill()
    assert sessions
    assert not any(process.is_running() for process in sessions)
    server.start()
    assert await fetch(server.url(), "SELECT id FROM survivors") == 1


def test_a_refused_statement_is_one_clear_error(server):
    with pytest.raises(StackError, match="syntax error"):
        execute(server, "SELEKT 1")


async def test_what_a_killed_run_left_behind_is_ended_first(new_folder):
    folder = new_folder() / "cluster"
    left = Postgres(folder)
    left.start()
    successor = Postgres(folder)
    successor.start()
    assert left.child.exit_code == 0
    assert await fetch(successor.url(), "SELECT 1") == 1
    successor.stop()


async def test_a_data_folder_with_a_long_path_works(new_folder):
    folder = new_folder()
    server = Postgres(folder / ("long" * 50) / "cluster", log=folder / "log")
    server.start()
    assert await fetch(server.url(), "SELECT 1") == 1
    server.stop()
