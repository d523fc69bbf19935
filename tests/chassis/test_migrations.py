"""Migrations of a made-up service, run as its owner, used as its roles."""

import asyncio
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Table, Text, Uuid, text
from sqlalchemy.exc import DBAPIError

from chassis import migrations, schema
from chassis.database import Database, new_metadata
from chassis.idempotency import idempotency_table
from chassis.migrations import MigrationSettings

pytestmark = pytest.mark.slow

FIRST = """
    import sqlalchemy as sa
    from alembic import op
    from chassis.migrations import enable_row_level_security

    revision, down_revision = "0001", None


    def upgrade():
        op.create_table("notes", sa.Column("id", sa.Uuid, nullable=False), sa.Column("organization_id", sa.Uuid, nullable=False))
        op.create_primary_key("pk_notes", "notes", ["id"])
        enable_row_level_security("notes")
        op.create_table(
            "idempotency_keys",
            sa.Column("organization_id", sa.Uuid, nullable=False),
            sa.Column("key", sa.String(255), nullable=False),
            sa.Column("fingerprint", sa.LargeBinary, nullable=False),
            sa.Column("status", sa.SmallInteger),
            sa.Column("headers", sa.LargeBinary),
            sa.Column("body", sa.LargeBinary),
            sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        )
        op.create_primary_key("pk_idempotency_keys", "idempotency_keys", ["organization_id", "key"])
        op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
        enable_row_level_security("idempotency_keys")
"""
SECOND = """
    import sqlalchemy as sa
    from alembic import op

    revision, down_revision = "0002", "0001"


    def upgrade():
        op.add_column("notes", sa.Column("title", sa.Text))
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A service `sample_svc`, as it lies in the source tree: `src/sample_svc` beside `migrations`."""
    (tmp_path / "src/sample_svc").mkdir(parents=True)
    (tmp_path / "src/sample_svc/__init__.py").touch()
    versions = tmp_path / "migrations/versions"
    versions.mkdir(parents=True)
    (versions / "0001_notes.py").write_text(dedent(FIRST))
    (versions / "0002_titles.py").write_text(dedent(SECOND))
    monkeypatch.syspath_prepend(str(tmp_path / "src"))
    yield "sample_svc"
    sys.modules.pop("sample_svc", None)


@pytest.fixture(scope="session", autouse=True)
async def _roles(postgres):
    owner = Database(postgres.url())
    async with owner.engine.begin() as connection:
        await connection.execute(text("CREATE ROLE sample_app LOGIN"))
        await connection.execute(text("CREATE ROLE sample_relay LOGIN"))
        await connection.execute(text("CREATE ROLE sample_stranger LOGIN"))
    await owner.close()


@pytest.fixture
def name(new_database):
    return new_database()


@pytest.fixture
def settings(postgres, name):
    return MigrationSettings(
        migration_database_url=postgres.url(name), app_role="sample_app", relay_role="sample_relay"
    )


@pytest.fixture
async def connect(postgres, name):
    opened: list[Database] = []

    def open_as(role: str) -> Database:
        opened.append(Database(postgres.url(name, role)))
        return opened[-1]

    yield open_as
    for database in opened:
        await database.close()


def models():
    metadata = new_metadata()
    idempotency_table(metadata)
    columns = [
        Column("id", Uuid, primary_key=True),
        Column("organization_id", Uuid, nullable=False),
        Column("title", Text),
    ]
    Table("notes", metadata, *columns)
    return metadata


async def test_migrating_brings_an_empty_database_to_the_models_and_does_it_once(package, settings):
    assert await migrations.migrate(package, settings) == "0002"
    assert await migrations.migrate(package, settings) == "0002"
    assert await migrations.differences(settings.migration_database_url, models()) == []


@pytest.mark.parametrize("service", ["project_svc", "program_svc", "gateway"])
def test_every_revision_is_the_number_in_its_files_name(service):
    directory = ScriptDirectory(str(schema.migrations_of(service)))
    revisions = list(directory.walk_revisions())
    assert {revision.revision for revision in revisions} == {Path(revision.path).stem[:4] for revision in revisions}
    assert schema.head_of(service) == directory.get_current_head()


async def test_runners_at_once_take_turns(package, settings):
    assert await asyncio.gather(*(migrations.migrate(package, settings) for _ in range(4))) == ["0002"] * 4


async def test_a_schema_that_is_not_this_codes_is_not_ready(package, settings, connect, tmp_path):
    await migrations.migrate(package, settings)
    database = connect("sample_app")
    await schema.check_at_head(database, package)
    third = dedent(SECOND).replace('"0002", "0001"', '"0003", "0002"')
    (tmp_path / "migrations/versions/0003_more.py").write_text(third)
    with pytest.raises(RuntimeError, match="the schema is at 0002, this code needs 0003"):
        await schema.check_at_head(database, package)


async def test_older_code_runs_on_a_newer_schema_and_leaves_it_alone(package, settings, connect, tmp_path):
    """Every rollout migrates first: were the old pods not ready from then on, nobody would answer until the new ones are."""
    third = tmp_path / "migrations/versions/0003_more.py"
    third.write_text(dedent(SECOND).replace('"0002", "0001"', '"0003", "0002"').replace('"title"', '"colour"'))
    assert await migrations.migrate(package, settings) == "0003"
    third.unlink()
    await schema.check_at_head(connect("sample_app"), package)
    assert await migrations.migrate(package, settings) == "0003"


async def test_a_model_that_no_migration_knows_is_noticed(package, settings):
    await migrations.migrate(package, settings)
    metadata = models()
    metadata.tables["notes"].append_column(Column("colour", Text))
    assert len(await migrations.differences(settings.migration_database_url, metadata)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE notes DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE notes NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY organization ON notes",
        "CREATE POLICY open ON notes USING (true)",
        "SET ROLE postgres",
        "UPDATE alembic_version SET version_num = '0000'",
        "CREATE TABLE mine (id int)",
    ],
)
async def test_the_applications_role_cannot_open_the_door(package, settings, connect, statement):
    await migrations.migrate(package, settings)
    with pytest.raises(DBAPIError, match=r"must be owner|permission denied"):
        async with connect("sample_app").transaction() as session:
            await session.execute(text(statement))


async def test_nobody_enters_but_who_is_named(package, settings, connect):
    async with connect("sample_stranger").transaction():
        pass
    await migrations.migrate(package, settings)
    with pytest.raises(DBAPIError, match="permission denied for database"):
        async with connect("sample_stranger").transaction():
            pass
    for role in ("sample_app", "sample_relay"):
        async with connect(role).transaction():
            pass


async def test_the_relays_role_sees_no_record(package, settings, connect):
    await migrations.migrate(package, settings)
    with pytest.raises(DBAPIError, match="permission denied"):
        async with connect("sample_relay").transaction() as session:
            await session.execute(text("SELECT * FROM notes"))
    async with connect("sample_relay").transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM idempotency_keys"))).scalar() == 0


RENEWED = """
    from alembic import op
    from chassis.migrations import renew_row_level_security

    revision, down_revision = "0003", "0002"


    def upgrade():
        op.execute("ALTER POLICY organization ON notes USING (organization_id IS NULL) WITH CHECK (organization_id IS NULL)")
        renew_row_level_security()
"""


async def test_an_older_wording_of_the_rule_is_renewed_and_asks_for_the_organisation_once(
    package, settings, connect, tmp_path
):
    (tmp_path / "migrations/versions/0003_renewed.py").write_text(dedent(RENEWED))
    await migrations.migrate(package, settings)
    owner = connect("postgres")
    async with owner.transaction() as session:
        rules = await session.execute(text("SELECT tablename, qual, with_check FROM pg_policies"))
        told = {table: (using, check) for table, using, check in rules}
    assert told["notes"] == told["idempotency_keys"]
    assert told["notes"][0] == told["notes"][1]
    assert "( SELECT" in told["notes"][0]
