"""Prepared statements on a session's own connection: in its transaction, without SQLAlchemy's cost per statement.

asyncpg prepares what it is given and keeps it with the connection, so the text of a statement has to be a constant. What the session
has not flushed yet is not seen.
"""

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession


async def prepared(session: AsyncSession) -> "asyncpg.Connection[asyncpg.Record]":
    """The connection that the session's transaction runs on. The transaction must have begun: one statement of it has been executed."""
    connection = await (await session.connection()).get_raw_connection()
    driver = connection.driver_connection
    if not isinstance(driver, asyncpg.Connection) or not driver.is_in_transaction():
        raise RuntimeError("a prepared statement outside a transaction")
    return driver
