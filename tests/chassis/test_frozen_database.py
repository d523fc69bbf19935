"""A PostgreSQL that holds its connections and answers nothing: nobody waits for it for ever, and no pod is killed for it."""

import time

import pytest
from pooler_kit import pooled

from chassis import health, seats
from chassis.database import ANSWER_WITHIN, CONNECT_WITHIN, SERVER_SETTINGS, Database
from chassis.health import Health
from chassis.statements import fetch_row

WITHIN = 0.2


@pytest.fixture
async def pooler(postgres, new_database):
    async with pooled(postgres, new_database()) as pooler:
        yield pooler
        pooler.answers.set()


async def test_what_is_asked_of_a_frozen_server_is_called_off(pooler, monkeypatch):
    monkeypatch.setattr("chassis.database.CONNECT_WITHIN", WITHIN)
    database = Database(pooler.url, pool=1, answer_within=WITHIN)
    async with database.transaction() as session:
        await fetch_row(session, "SELECT 1")
    pooler.answers.clear()
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        async with database.transaction() as session:
            await fetch_row(session, "SELECT 1")
    assert time.monotonic() - began < 10 * WITHIN
    await database.close()


async def test_a_loop_that_asks_a_frozen_server_beats_on(pooler):
    """As the loops of workers do: what they hold a connection for fails, they say so and look again."""
    database, beating = Database(pooler.url, pool=1, answer_within=WITHIN), Health()
    failures = 0
    async with database.engine.connect() as connection:
        await connection.exec_driver_sql("SELECT 1")
        pooler.answers.clear()
        beating.beat("loop", limit=10 * WITHIN)
        try:
            await connection.exec_driver_sql("SELECT 1")
        except TimeoutError:
            failures += 1
        await connection.invalidate()
        assert beating.stalled == {}
    assert failures == 1
    await database.close()


def test_limits_fit_into_each_other():
    """The server gives up first, then we do, and only a loop that does not come back even then is stuck."""
    assert SERVER_SETTINGS["statement_timeout"] == "30s"
    assert ANSWER_WITHIN > 30
    assert CONNECT_WITHIN + 2 * ANSWER_WITHIN + seats.ROLLBACK_WITHIN < health.BEAT_WITHIN


async def test_liveness_fails_when_a_loop_is_stuck_and_not_before(monkeypatch):
    beating, now = Health(), time.monotonic()
    beating.beat("loop")
    monkeypatch.setattr(time, "monotonic", lambda: now + health.BEAT_WITHIN - 1)
    assert beating.stalled == {}
    monkeypatch.setattr(time, "monotonic", lambda: now + health.BEAT_WITHIN + 1)
    assert beating.stalled.keys() == {"loop"}
