"""Behind a pooler of transactions, where the next statement may be any connection's: everybody sees their own organisation's rows."""

import asyncio
from uuid import UUID

import asyncpg
import pytest
from pooler_kit import pooled

from chassis.database import Database
from chassis.statements import fetch_row

HOME, ABROAD = UUID(int=1), UUID(int=2)
SEEN = (
    "SELECT coalesce(current_setting('interlock.organization', true), '') AS organization, pg_backend_pid() AS process"
)
LEFT = "SELECT current_setting('default_transaction_read_only') AS read_only"


@pytest.fixture
async def pooler(postgres, new_database):
    async with pooled(postgres, new_database()) as pooler:
        yield pooler


@pytest.fixture
async def database(pooler):
    database = Database(pooler.url, pool=4, is_pooled=True)
    yield database
    await database.close()


async def seen_by(opened) -> tuple[str, int]:
    """The organisation whose rows are seen, and the server process that answered."""
    async with opened as session:
        row = await fetch_row(session, SEEN)
        await asyncio.sleep(0)  # let the others in between
        assert await fetch_row(session, SEEN) == row
    return row["organization"], row["process"]


async def test_readers_of_two_organisations_share_one_connection_of_the_server(database):
    wanted = [HOME, ABROAD, HOME, ABROAD] * 3
    found = await asyncio.gather(*(seen_by(database.reading(each)) for each in wanted))
    assert [organization for organization, _ in found] == [str(each) for each in wanted]
    assert len({process for _, process in found}) == 1


async def test_a_reader_leaves_nothing_behind_for_whoever_comes_next(database):
    async with database.reading(HOME) as session:
        await fetch_row(session, SEEN)
    assert (await seen_by(database.transaction()))[0] == ""
    async with database.transaction(ABROAD) as session:
        assert (await fetch_row(session, LEFT))["read_only"] == "off"
        assert (await fetch_row(session, SEEN))["organization"] == str(ABROAD)


async def test_standing_in_an_organisation_would_show_the_others_rows(pooler):
    """Why the setting is there: what is said for a session is said to whoever comes next."""
    databases = [Database(pooler.url, pool=1) for _ in range(2)]
    for database, organization in zip(databases, (HOME, ABROAD), strict=True):
        assert (await seen_by(database.reading(organization)))[0] == str(organization)
    async with databases[0].reading(HOME) as session:
        assert (await fetch_row(session, SEEN))["organization"] == str(ABROAD)
    for database in databases:
        await database.close()


async def test_what_reads_cannot_write(database):
    async with database.reading(HOME) as session:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await fetch_row(session, "CREATE TABLE kept AS SELECT 1 AS one")
    async with database.transaction(HOME) as session:
        await fetch_row(session, "CREATE TABLE kept AS SELECT 1 AS one")
    async with database.reading(HOME) as session:
        assert (await fetch_row(session, "SELECT one FROM kept"))["one"] == 1
