"""The tables of a projection: how far it read, what it applied, what waits and why, what cannot be read."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)

NOW = text("now()")


def consumer_tables(metadata: MetaData) -> list[Table]:
    """`consumer_cursors`, `boundary_positions`, `parked_boundaries`, `held_events` and `quarantined_events`.

    The first three are infrastructure without content; the other two hold tenants' messages and are to be put under row-level security
    like any table with an `organization_id`.
    """
    cursors = Table(
        "consumer_cursors",
        metadata,
        Column("consumer", Text, primary_key=True),
        Column("stream", Text, nullable=False),
        Column("stream_epoch", DateTime(timezone=True), nullable=False, comment="the stream's creation time"),
        Column("sequence", BigInteger, nullable=False, comment="the last stream sequence whose effects are committed"),
        Column("updated_at", DateTime(timezone=True), nullable=False, server_default=NOW),
        Column("picture", Text, comment="which records, and what of them, the picture holds (Projection.picture)"),
    )
    positions = Table(
        "boundary_positions",
        metadata,
        Column("kind", Text, primary_key=True),
        Column("id", Uuid, primary_key=True),
        Column("organization_id", Uuid, nullable=False, index=True),
        Column("revision", BigInteger, nullable=False),
        Column("position", Integer, nullable=False, comment="the last event applied of this revision"),
        Column("positions", Integer, nullable=False, comment="how many events this revision has"),
        Column("last_event_id", Uuid, nullable=False),
    )
    parked = Table(
        "parked_boundaries",
        metadata,
        Column("kind", Text, primary_key=True),
        Column("id", Uuid, primary_key=True),
        Column("organization_id", Uuid, nullable=False),
        Column("reason", Text, nullable=False, comment="a word of chassis.parking.Reason"),
        Column("parked_at", DateTime(timezone=True), nullable=False, server_default=NOW),
    )
    held = Table(
        "held_events",
        metadata,
        Column("kind", Text, primary_key=True),
        Column("boundary_id", Uuid, primary_key=True),
        Column("revision", BigInteger, primary_key=True),
        Column("position", Integer, primary_key=True),
        Column("organization_id", Uuid, nullable=False),
        Column("subject", Text, nullable=False),
        Column("headers", Text, nullable=False, comment="the message's headers, a JSON object"),
        Column("payload", LargeBinary, nullable=False),
        Column("held_at", DateTime(timezone=True), nullable=False, server_default=NOW),
    )
    quarantined = Table(
        "quarantined_events",
        metadata,
        Column("number", BigInteger, Identity(always=True), primary_key=True),
        Column("organization_id", Uuid, nullable=False),
        Column("kind", Text, comment="null when the subject names no boundary"),
        Column("boundary_id", Uuid),
        Column("event_id", Text, comment="as sent, even if it is no UUID; a digest of the message where it has none"),
        Column("reason", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("headers", Text, nullable=False),
        Column("payload", LargeBinary, nullable=False),
        Column("quarantined_at", DateTime(timezone=True), nullable=False, server_default=NOW),
    )
    Index("ix_quarantined_events_boundary", quarantined.c.kind, quarantined.c.boundary_id)
    # The same event, delivered again, is put away once.
    Index("ix_quarantined_events_event", quarantined.c.organization_id, quarantined.c.event_id, unique=True)
    return [cursors, positions, parked, held, quarantined]
