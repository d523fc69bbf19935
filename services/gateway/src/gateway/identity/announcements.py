"""Every change of who may do what is announced by the database itself, in the transaction that makes it; each gateway listens.

Triggers announce (`migrations/versions/0004_authority.py`), so no way of changing something can forget to: a route, an operator's command,
a statement by hand. PostgreSQL delivers when the change is committed.
"""

import asyncio
from contextlib import suppress
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy.engine import make_url

from gateway.identity.callers import Callers

CHANNEL = "interlock_authority"
PROBE_EVERY, PROBE_TIMEOUT = 2.0, 2.0
"""Seconds. A connection that is dead without saying so is found out after this time."""
BACKOFF = 0.5

log = structlog.stdlib.get_logger(__name__)


async def listen(url: str, callers: Callers) -> None:
    """Tell `callers` what changes, until cancelled. url: the gateway's database."""
    while True:
        try:
            await _listen_once(url, callers)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("changes of authority are not heard", reason=str(error) or type(error).__name__)
        finally:
            callers.be_informed(is_informed=False)
        await asyncio.sleep(BACKOFF)


async def _listen_once(url: str, callers: Callers) -> None:
    connection = await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(False), timeout=5)
    try:

        def told(_connection: object, _pid: int, _channel: str, payload: object) -> None:
            callers.forget(UUID(str(payload)))

        await connection.add_listener(CHANNEL, told)
        callers.be_informed(is_informed=True)
        while True:
            await asyncio.sleep(PROBE_EVERY)
            await connection.fetchval("SELECT 1", timeout=PROBE_TIMEOUT)
    finally:
        with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await connection.close(timeout=1)
