"""Connections whose transactions end behind the answer of a read, or that read without one."""

import asyncio
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from chassis.database import HAS_READ, Database
from chassis.seats import Seat
from chassis.statements import fetch_row


@pytest.fixture
async def database(postgres, new_database):
    database = Database(postgres.url(new_database()), pool=1)
    yield database
    await database.close()


async def read(database: Database) -> int:
    """The server process that answered; it is the same as long as the connection is."""
    async with database.transaction() as session:
        row = await fetch_row(session, "SELECT pg_backend_pid() AS process")
        session.info[HAS_READ] = True
    return row["process"]


async def test_a_read_does_not_wait_for_the_end_of_its_transaction(database, monkeypatch):
    may_end, commit = asyncio.Event(), Seat.commit

    async def late(seat: Seat) -> None:
        await may_end.wait()
        await commit(seat)

    monkeypatch.setattr(Seat, "commit", late)
    async with asyncio.timeout(5):
        process = await read(database)
        following = asyncio.create_task(read(database))  # there is one connection, and it is not free yet
        await asyncio.sleep(0)
        assert not following.done()
        may_end.set()
        assert await following == process


async def test_a_connection_that_breaks_behind_a_read_is_not_used_again(database, monkeypatch):
    async def broken(seat: Seat) -> None:
        seat.driver.terminate()
        raise ConnectionResetError

    with monkeypatch.context() as patched:
        patched.setattr(Seat, "commit", broken)
        process = await read(database)
        await database.seats.close()
    assert await read(database) != process


async def test_what_has_written_is_committed_before_it_goes_on(database):
    async with database.transaction() as session:
        await fetch_row(session, "CREATE TABLE kept AS SELECT 1 AS one")
    async with database.transaction() as session:
        assert (await fetch_row(session, "SELECT count(*) AS rows FROM kept"))["rows"] == 1


HOME, ABROAD = UUID(int=1), UUID(int=2)
SEEN = (
    "SELECT coalesce(current_setting('interlock.organization', true), '') AS organization, pg_backend_pid() AS process"
)


async def seen_by(opened) -> tuple[str, int]:
    """The organisation whose rows are seen, and the server process that answered."""
    async with opened as session:
        row = await fetch_row(session, SEEN)
    return row["organization"], row["process"]


async def test_where_a_reader_stands_is_seen_by_no_transaction(database):
    _, process = await seen_by(database.transaction())
    for organization in (HOME, ABROAD, HOME):
        assert await seen_by(database.reading(organization)) == (str(organization), process)
        assert await seen_by(database.transaction()) == ("", process)
        assert await seen_by(database.transaction(ABROAD)) == (str(ABROAD), process)
        assert await seen_by(database.reading(organization)) == (str(organization), process)


async def test_what_reads_without_a_transaction_cannot_write(database):
    async with database.reading(HOME) as session:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await fetch_row(session, "CREATE TABLE kept AS SELECT 1 AS one")
        assert (await fetch_row(session, SEEN))["organization"] == str(HOME)
    async with database.transaction(HOME) as session:
        await fetch_row(session, "CREATE TABLE kept AS SELECT 1 AS one")
    async with database.reading(HOME) as session:
        assert (await session.execute(text("SELECT one FROM kept"))).scalars().all() == [1]


async def test_a_reader_that_was_told_to_stop_leaves_no_answer_behind(database):
    _, process = await seen_by(database.reading(HOME))
    asked = asyncio.Event()

    async def wait() -> None:
        async with database.reading(HOME) as session:
            asked.set()
            await fetch_row(session, "SELECT pg_sleep(60)")

    waiting = asyncio.create_task(wait())
    await asked.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    organization, other = await seen_by(database.reading(HOME))
    assert (organization, other == process) == (str(HOME), False)


async def test_what_comes_all_the_time_is_planned_once(database):
    """A statement of ten relations took ten times as long to plan as to run, and was planned with each task that was created."""
    mode = "SELECT current_setting('plan_cache_mode') AS mode, pg_backend_pid() AS process"
    told = []
    for plans_once in (True, False, True):
        async with database.transaction(HOME, plans_once=plans_once) as session:
            told.append(tuple(await fetch_row(session, mode)))
    process = told[0][1]
    assert told == [("force_generic_plan", process), ("auto", process), ("force_generic_plan", process)]
