"""PostgreSQL: one engine a process, one transaction a unit of work, one organisation a transaction.

Row-level security reads the setting `interlock.organization`, which lives exactly as long as the transaction. A transaction that
enters no organisation sees no row of any.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import MetaData
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from chassis.statements import remember_driver

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
ENTER = "SELECT set_config('interlock.organization', $1, true)"
SERVER_SETTINGS = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
    "jit": "off",  # our statements are short; compiling them costs more than it saves
    "timezone": "UTC",
}


def new_metadata() -> MetaData:
    """A service's own metadata, whose constraints have predictable names (problems are told by them)."""
    return MetaData(naming_convention=NAMING)


def engine_url(url: str) -> URL:
    """The URL as SQLAlchemy's asyncpg driver wants it; `?host=/a/socket/folder` is understood."""
    return make_url(url).set(drivername="postgresql+asyncpg")


async def enter_organization(session: AsyncSession, organization_id: UUID) -> None:
    """From here to the end of the transaction, only this organisation's rows are there."""
    connection = await session.connection()
    await connection.exec_driver_sql(ENTER, (str(organization_id),))


class Database:
    """The service's database as one role sees it."""

    def __init__(self, url: str, *, pool: int = 10, application: str = "interlock") -> None:
        self.engine: AsyncEngine = create_async_engine(
            engine_url(url),
            pool_size=pool,
            max_overflow=0,
            pool_timeout=5,
            connect_args={"server_settings": {**SERVER_SETTINGS, "application_name": application}, "timeout": 5},
        )
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=True)

    @asynccontextmanager
    async def transaction(self, organization_id: UUID | None = None) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        async with self.sessions() as session, session.begin():
            if organization_id is not None:
                await enter_organization(session, organization_id)
                await remember_driver(session)
            yield session

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
