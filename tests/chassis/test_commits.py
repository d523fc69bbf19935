from contextlib import asynccontextmanager, suppress

import pytest
from asyncpg.exceptions import UniqueViolationError

from chassis.commits import on_commit
from chassis.database import Database
from chassis.statements import execute, fetch_row


class RolledBack(Exception):
    pass


@pytest.fixture
async def database(postgres, new_database):
    database = Database(postgres.url(new_database()), pool=1)
    yield database
    await database.close()


@pytest.fixture(params=["database", "seat"])
def transaction(database, request):
    """Both ways to a transaction: of a request or a job, and of a consumer on its lease."""

    @asynccontextmanager
    async def of_seat():
        async with database.seats.lease() as seat, seat.transaction() as session:
            yield session

    return database.transaction if request.param == "database" else of_seat


async def test_what_waits_is_done_once_the_server_has_committed(transaction):
    done = []
    async with transaction() as session:
        await fetch_row(session, "SELECT 1")
        on_commit(session, lambda: done.append(1))
        on_commit(session, lambda: done.append(2))
        assert done == []
    assert done == [1, 2]


async def test_nothing_is_done_where_the_transaction_is_undone(transaction):
    done = []
    with suppress(RolledBack):
        async with transaction() as session:
            on_commit(session, lambda: done.append(1))
            raise RolledBack
    assert done == []


async def test_nothing_is_done_where_the_server_refuses_to_commit(transaction):
    done = []

    async def write_what_is_checked_at_the_end():
        async with transaction() as session:
            await execute(
                session, "CREATE TEMP TABLE twice (id int UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP"
            )
            await execute(session, "INSERT INTO twice VALUES (1), (1)")
            on_commit(session, lambda: done.append(1))

    with pytest.raises(UniqueViolationError):
        await write_what_is_checked_at_the_end()
    assert done == []


async def test_what_was_asked_before_a_part_that_is_undone_is_still_done(transaction):
    done = []
    async with transaction() as session:
        on_commit(session, lambda: done.append(1))
        info = dict(session.info)
        on_commit(session, lambda: done.append(2))
        session.info.clear()
        session.info.update(info)
    assert done == [1]
