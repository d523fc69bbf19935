"""Schema migrations: Alembic, run by the owner, one runner at a time, the roles granted exactly what they need.

A service keeps its revisions in `migrations/versions`; there is no `env.py`, since all services run alike.
"""

from typing import Any

from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import Connection, MetaData, NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.database import engine_url
from chassis.schema import is_beyond, migrations_of
from chassis.settings import PREFIX

LOCK = 7_316_042_001  # any number, as long as every runner takes the same
# In a sub-select, so that it is worked out once a statement: for each row it took four fifths of the time of reading large projects.
CURRENT_ORGANIZATION = "(SELECT nullif(current_setting('interlock.organization', true), '')::uuid)"
RELAYED = {
    "outbox": "SELECT, UPDATE (published_at, stream_seq, stream_epoch)",
    "idempotency_keys": "SELECT, DELETE",
    "quarantined_events": "SELECT (number)",
    "webhook_deliveries": "SELECT (id, organization_id, webhook_id, due_at, claimed_until, finished_at), UPDATE (claimed_until), DELETE",
}
"""What the relay's role may do, in every organisation: send the outbox and mark what was sent, find out which deliveries are due, and forget
what is old, and count what lies in quarantine. What is in a delivery or an event there it does not see."""
WITHHELD = {
    "alembic_version": "INSERT, UPDATE, DELETE",
    "audit_entries": "INSERT, UPDATE, DELETE",
    "audit_heads": "INSERT, UPDATE, DELETE",
}
"""What the application's role may not do, though it may with every other table. The audit log grows by a function of the owner's alone."""
OPERATED = {"quarantined_events": "SELECT"}
"""What the operators' role may do, in every organisation: look at the events that cannot be applied."""
PARTITIONS = (
    "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' AND relnamespace = 'public'::regnamespace"
)
ROLE = "^[a-z_][a-z0-9_]{0,62}$"


class MigrationSettings(BaseSettings):
    """What the migration command is told."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    migration_database_url: str
    """The database as its owner, past any pooler."""
    app_role: str | None = Field(default=None, pattern=ROLE)
    relay_role: str | None = Field(default=None, pattern=ROLE)
    operator_role: str | None = Field(default=None, pattern=ROLE)


def enable_row_level_security(table: str) -> None:
    """For a migration: nobody, the owner included, sees a row of another organisation than the transaction's."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    rule = f"organization_id = {CURRENT_ORGANIZATION}"
    op.execute(f"CREATE POLICY organization ON {table} USING ({rule}) WITH CHECK ({rule})")


def allow_operators(table: str) -> None:
    """For migrations before `disallow_operators`: whoever says that it is an operator looks at the rows of all organisations."""
    op.execute(
        f"CREATE POLICY operator ON {table} FOR SELECT USING (current_setting('interlock.operator', true) = 'on')"
    )


def disallow_operators(table: str) -> None:
    """For a migration: to see the rows of all organisations takes a role of its own, not a setting that any role can make."""
    op.execute(f"DROP POLICY IF EXISTS operator ON {table}")


def renew_row_level_security() -> None:
    """For a migration: state the rule of `enable_row_level_security` again, as it reads now, for every table that has it."""
    ruled = """
        SELECT tablename FROM pg_policies JOIN information_schema.columns ON (table_schema, table_name) = (schemaname, tablename)
        WHERE policyname = 'organization' AND schemaname = current_schema() AND column_name = 'organization_id'
    """
    rule = f"organization_id = {CURRENT_ORGANIZATION}"
    for (table,) in op.get_bind().execute(text(ruled)).all():
        op.execute(f"ALTER POLICY organization ON {table} USING ({rule}) WITH CHECK ({rule})")


async def migrate(package: str, settings: MigrationSettings) -> str:
    """Bring the schema to the head and grant the roles their rights. Idempotent. Answers the revision.

    A schema that is beyond this code's head stays as it is: after a rollback the older release runs its migrations, too.
    """
    engine = create_async_engine(engine_url(settings.migration_database_url), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            head = await connection.run_sync(_upgrade, ScriptDirectory(str(migrations_of(package))))
            await connection.run_sync(_grant, settings)
            return head
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, directory: ScriptDirectory) -> str:
    head = directory.get_current_head() or "empty"
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and is_beyond(current, head):
        return current

    def steps(revision: Any, _: MigrationContext) -> Any:
        return directory._upgrade_revs("head", revision)  # noqa: SLF001  (what Alembic's own env.py calls)

    with EnvironmentContext(Config(), directory, fn=steps, as_sql=False) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
    return head


def _grant(connection: Connection, settings: MigrationSettings) -> None:
    if roles := [each for each in (settings.app_role, settings.relay_role, settings.operator_role) if each is not None]:
        # Other services' roles are on the same server: nobody enters but who is named.
        database = connection.dialect.identifier_preparer.quote(
            connection.execute(text("SELECT current_database()")).scalar_one()
        )
        connection.execute(text(f"REVOKE CONNECT ON DATABASE {database} FROM PUBLIC"))
        connection.execute(text(f"GRANT CONNECT ON DATABASE {database} TO {', '.join(roles)}"))
    tables = set(connection.dialect.get_table_names(connection))
    if settings.app_role is not None:
        role = settings.app_role
        connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {role}"))
        connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"))
        connection.execute(text(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}"))
        # Through its parent, whose row-level security counts then; a partition has none of its own.
        for partition in connection.execute(text(PARTITIONS)).scalars():
            connection.execute(text(f"REVOKE ALL ON {partition} FROM {role}"))
        for table in sorted(tables & WITHHELD.keys()):
            connection.execute(text(f"REVOKE {WITHHELD[table]} ON {table} FROM {role}"))
    for policy, holder, rights in (
        ("relay", settings.relay_role, RELAYED),
        ("operators", settings.operator_role, OPERATED),
    ):
        if holder is None:
            continue
        connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {holder}"))
        for table in sorted(tables & rights.keys()):
            connection.execute(text(f"GRANT {rights[table]} ON {table} TO {holder}"))
            connection.execute(text(f"DROP POLICY IF EXISTS {policy} ON {table}"))
            connection.execute(text(f"CREATE POLICY {policy} ON {table} TO {holder} USING (true)"))


async def differences(url: str, metadata: MetaData) -> list[Any]:
    """What Alembic would change to make the migrated schema equal to the models; empty when they agree.

    Partitions come and go with the days and are no part of the models.
    """

    def compare(connection: Connection) -> list[Any]:
        partitions = set(connection.execute(text("SELECT relname FROM pg_class WHERE relispartition")).scalars())
        options = {"include_name": lambda name, kind, _parents: kind != "table" or name not in partitions}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    engine = create_async_engine(engine_url(url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(compare)
    finally:
        await engine.dispose()
