"""The outbox table: partitioned by day, seen by an organisation's transactions and, across all of them, by the relay alone."""

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    event,
    text,
)

# Partitions for a week ahead; those of more than 31 days ago (the stream keeps 30) are dropped, unless something in them is unsent.
# Dropping a partition costs nothing, deleting its rows would cost as much as writing them. The function runs as the table's owner, so
# that the relay, which owns nothing, can call it, and takes no argument, so that nobody can make it do anything else. Rows of a day that
# got no partition in time are taken by the default partition; a day that gets its partition later takes them along, under a lock on the
# whole outbox, so that no mark of a relay is lost on the way; but not more than 20,000. What is left there goes row by row when it is
# old. Row-level security is on for each partition, without any policy: who may read the outbox reads it through the parent, whose policies
# apply.
MAINTAIN = """
CREATE OR REPLACE FUNCTION outbox_maintain() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    day date;
    strays bigint;
    part record;
    used boolean;
BEGIN
    FOR day IN SELECT current_date + n FROM generate_series(0, 7) AS n LOOP
        CONTINUE WHEN to_regclass('outbox_' || to_char(day, 'YYYYMMDD')) IS NOT NULL;
        LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE;
        SELECT count(*) FROM (SELECT FROM outbox_default WHERE created_on = day LIMIT 20001) AS first INTO strays;
        CONTINUE WHEN strays > 20000;
        EXECUTE format('CREATE TABLE %I (LIKE outbox INCLUDING DEFAULTS)', 'outbox_' || to_char(day, 'YYYYMMDD'));
        IF strays > 0 THEN
            EXECUTE format('WITH moved AS (DELETE FROM outbox_default WHERE created_on = %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
                           day, 'outbox_' || to_char(day, 'YYYYMMDD'));
        END IF;
        EXECUTE format('ALTER TABLE outbox ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                       'outbox_' || to_char(day, 'YYYYMMDD'), day, day + 1);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', 'outbox_' || to_char(day, 'YYYYMMDD'));
    END LOOP;
    FOR part IN
        SELECT inhrelid::regclass AS name FROM pg_inherits
        WHERE inhparent = 'outbox'::regclass AND inhrelid::regclass::text ~ '^outbox_[0-9]{8}$'
          AND right(inhrelid::regclass::text, 8)::date < current_date - 31
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE published_at IS NULL)', part.name) INTO used;
        IF NOT used THEN
            EXECUTE format('DROP TABLE %s', part.name);
        END IF;
    END LOOP;
    DELETE FROM outbox_default WHERE created_on < current_date - 31 AND published_at IS NOT NULL;
END $$
"""


def outbox_table(metadata: MetaData) -> Table:
    """The service's outbox. Creating it (`table.create(connection)`) also creates its partitions and `outbox_maintain`.

    `pos` is the order of publication; its identity must not cache: a session that hands out numbers ahead of others breaks the order
    between transactions that the boundary's row lock put in a row. `headers` is the JSON object of the message's headers, `payload` its
    bytes, both exactly as sent. `stream` names the stream that it goes to, null for the service's own. `stream_epoch` is the stream's creation time: a sequence means nothing without it.
    """
    table = Table(
        "outbox",
        metadata,
        Column("pos", BigInteger, Identity(always=True, cache=1), nullable=False),
        Column("created_on", Date, server_default=text("current_date"), nullable=False),
        Column("id", Uuid, nullable=False),
        Column("organization_id", Uuid, nullable=False),
        Column("boundary_id", Uuid, nullable=False),
        Column("revision", BigInteger, nullable=False),
        Column("position", Integer, nullable=False),
        Column("positions", Integer, nullable=False),
        Column("subject", Text, nullable=False),
        Column("headers", Text, nullable=False),
        Column("payload", LargeBinary, nullable=False),
        Column("created_at", DateTime(timezone=True), server_default=text("clock_timestamp()"), nullable=False),
        Column("published_at", DateTime(timezone=True)),
        Column("stream_seq", BigInteger),
        Column("stream_epoch", DateTime(timezone=True)),
        Column("stream", Text),
        # A unique key of a partitioned table holds the partition key. It loses nothing: all rows of a revision are of one transaction.
        PrimaryKeyConstraint("created_on", "pos"),
        UniqueConstraint("created_on", "boundary_id", "revision", "position"),
        Index("ix_outbox_id", "id"),
        Index("ix_outbox_unpublished", "pos", postgresql_where=text("published_at IS NULL")),
        Index("ix_outbox_published", "stream_epoch", "stream_seq", postgresql_where=text("stream_seq IS NOT NULL")),
        postgresql_partition_by="RANGE (created_on)",
    )
    event.listen(table, "after_create", _create_partitions)
    event.listen(table, "before_drop", _drop_function)
    return table


def _create_partitions(_table: Table, connection: Connection, **_: object) -> None:
    for statement in (
        "CREATE TABLE outbox_default PARTITION OF outbox DEFAULT",
        "ALTER TABLE outbox_default ENABLE ROW LEVEL SECURITY",
        MAINTAIN,
        "SELECT outbox_maintain()",
    ):
        connection.exec_driver_sql(statement)


def _drop_function(_table: Table, connection: Connection, **_: object) -> None:
    connection.exec_driver_sql("DROP FUNCTION outbox_maintain()")
