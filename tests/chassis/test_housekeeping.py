"""What keeps an outbox measured and tidy, of the database alone."""

from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from chassis import housekeeping
from chassis.housekeeping import Housekeeping, Waiting, tidy_up, waiting
from contracts.subjects import Stream

pytestmark = pytest.mark.slow

HOME = UUID(int=7)
IN_DEFAULT = "SELECT subject FROM ONLY outbox_default ORDER BY pos"


def metric(name, stream):
    return REGISTRY.get_sample_value(name, {"stream": stream})


async def insert(service, subject, *, days=0, is_sent=True):
    """A row of so many days ago."""
    await service.rows(
        f"""
        WITH row AS (
            INSERT INTO outbox (created_on, id, organization_id, boundary_id, revision, position, positions, subject, headers, payload,
                                published_at)
            VALUES (current_date - {days}, gen_random_uuid(), :home, gen_random_uuid(), 1, 1, 1, :subject, '', '', {"now()" if is_sent else "NULL"})
            RETURNING 1
        ) SELECT * FROM row
        """,
        home=HOME,
        subject=subject,
    )


async def drop_partition(service, days=0):
    [(name,)] = await service.rows(f"SELECT 'outbox_' || to_char(current_date - {days}, 'YYYYMMDD')")
    await service.rows(f"DROP TABLE {name}")
    return name


async def test_what_waits_is_counted_for_each_stream_and_nothing_else(service, kit):
    await service.count(uuid4(), HOME, 3)
    await service.count(uuid4(), kit.ORGANIZATION)
    await insert(service, "sent")
    found = await waiting(service.overview)
    assert found.keys() == {None}
    assert found[None].depth == 4
    assert 0 < found[None].oldest < 60


async def test_it_measures_again_and_again_and_says_zero_where_nothing_waits(service, kit, running, monkeypatch):
    monkeypatch.setattr(housekeeping, "MEASURE_EVERY", 0.02)
    part = Housekeeping(service.overview, Stream.PROGRAM, ["LETTERS"])
    running(part)
    await service.count(uuid4(), HOME, 2)
    await kit.eventually(lambda: metric("interlock_outbox_depth", "PROGRAM") == 2)
    assert metric("interlock_outbox_depth", "LETTERS") == metric("interlock_outbox_oldest_seconds", "LETTERS") == 0
    age = metric("interlock_outbox_oldest_seconds", "PROGRAM")
    await kit.eventually(lambda: metric("interlock_outbox_oldest_seconds", "PROGRAM") > age)
    await service.rows("UPDATE outbox SET published_at = now()")
    await kit.eventually(lambda: metric("interlock_outbox_oldest_seconds", "PROGRAM") == 0)
    assert await waiting(service.overview) == {}


async def test_a_database_that_is_away_is_asked_again(service, kit, running, monkeypatch):
    monkeypatch.setattr(housekeeping, "MEASURE_EVERY", 0.02)
    real, failures = waiting, [ConnectionError("away"), ConnectionError("still away")]

    async def fail_first(database) -> dict[str | None, Waiting]:
        if failures:
            raise failures.pop()
        return await real(database)

    monkeypatch.setattr(housekeeping, "waiting", fail_first)
    await service.count(uuid4(), HOME, 5)
    running(Housekeeping(service.overview, Stream.PROGRAM))
    await kit.eventually(lambda: metric("interlock_outbox_depth", "PROGRAM") == 5)


async def test_keys_are_forgotten_after_a_day(service):
    for key, age in (("old", "25 hours"), ("new", "23 hours")):
        await service.rows(
            "INSERT INTO idempotency_keys (organization_id, key, fingerprint, created_at)"
            f" VALUES (:organization_id, :key, '', now() - interval '{age}')",
            organization_id=HOME,
            key=key,
        )
    await tidy_up(service.overview)
    assert await service.rows("SELECT key FROM idempotency_keys") == [("new",)]


async def test_old_partitions_are_dropped_unless_something_in_them_is_unsent(service):
    for name, days in (("sent", 40), ("unsent", 41)):
        await service.rows(
            f"""
            DO $$ BEGIN
                EXECUTE format('CREATE TABLE %I PARTITION OF outbox FOR VALUES FROM (%L) TO (%L)',
                    'outbox_' || to_char(current_date - {days}, 'YYYYMMDD'), current_date - {days}, current_date - {days} + 1);
            END $$
            """
        )
        await insert(service, name, days=days, is_sent=name == "sent")
    await tidy_up(service.overview)
    assert await service.rows("SELECT subject FROM outbox") == [("unsent",)]


async def test_what_is_old_leaves_the_default_partition_unless_it_is_unsent(service):
    """Nothing ever left it: a worker that had been away for more than a week left rows behind for good."""
    await insert(service, "old and sent", days=32)
    await insert(service, "old and unsent", days=32, is_sent=False)
    await insert(service, "not old enough", days=31)
    assert len(await service.rows(IN_DEFAULT)) == 3
    await tidy_up(service.overview)
    assert await service.rows(IN_DEFAULT) == [("old and unsent",), ("not old enough",)]


async def test_a_day_that_gets_its_partition_late_takes_its_rows_along(service, kit):
    """A row in the default partition once kept its day from ever getting one."""
    name = await drop_partition(service)
    await service.count(uuid4(), HOME, 3)
    before = await service.rows("SELECT * FROM outbox ORDER BY pos")
    assert len(await service.rows(IN_DEFAULT)) == 3
    await tidy_up(service.overview)
    assert await service.rows("SELECT * FROM outbox ORDER BY pos") == before
    assert await service.rows(f"SELECT count(*) FROM {name}") == [(3,)]
    assert await service.rows("SELECT relrowsecurity FROM pg_class WHERE oid = cast(:name AS regclass)", name=name) == [
        (True,)
    ]
    await service.count(uuid4(), HOME)
    assert await service.rows(f"SELECT count(*), max(pos) > :before FROM {name}", before=before[-1][0]) == [(4, True)]
    await service.rows("UPDATE outbox SET published_at = now()")
    assert await waiting(service.overview) == {}


async def test_a_day_of_too_many_rows_stays_where_it_is_and_the_next_days_get_theirs(service):
    """To move them would hold up whoever writes."""
    today, tomorrow = await drop_partition(service), await drop_partition(service, days=-1)
    await service.rows(
        """
        WITH rows AS (
            INSERT INTO outbox (id, organization_id, boundary_id, revision, position, positions, subject, headers, payload)
            SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, 1, 1, '', '', '' FROM generate_series(1, 20001)
            RETURNING 1
        ) SELECT count(*) FROM rows
        """
    )
    await tidy_up(service.overview)
    found = await service.rows(
        "SELECT to_regclass(:today) IS NULL, to_regclass(:tomorrow) IS NULL", today=today, tomorrow=tomorrow
    )
    assert found == [(True, False)]


async def test_whoever_finds_another_one_at_it_leaves_it_to_that_one(service):
    await insert(service, "old", days=40)
    async with service.owner.transaction() as session:
        await session.execute(text(housekeeping._ALONE))
        await tidy_up(service.overview)
        assert await service.rows(IN_DEFAULT) == [("old",)]
    await tidy_up(service.overview)
    assert await service.rows(IN_DEFAULT) == []
