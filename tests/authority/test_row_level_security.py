"""Row-level security in all three databases, as the servers' own catalogues tell it: no table of an organisation is left out."""

import pytest
from service_kit import migrated
from sqlalchemy import text

from chassis.database import Database
from local_stack.databases import create_role

SEEN_BY_ALL = {
    "boundary_positions": "how far a consumer has read; no content",
    "parked_boundaries": "which boundaries stand still; no content",
}
"""Tables with an organisation that the application's role sees as a whole, and why (docs/decisions/0031)."""
PICTURES = {"public.begin_picture()": "picture_next", "public.switch_picture()": "picture_before"}
"""What makes a second picture of all that a projection knows, and where that lies then."""
OF_ORGANIZATIONS = """
    SELECT format('%I.%I', nspname, relname), relrowsecurity AND relforcerowsecurity, pg_get_userbyid(relowner),
           has_table_privilege(pg_class.oid, 'SELECT, INSERT, UPDATE, DELETE') FROM pg_class
    JOIN pg_namespace ON pg_namespace.oid = relnamespace AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
    JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'organization_id' AND NOT attisdropped
    WHERE relkind IN ('r', 'p') ORDER BY nspname, relname
"""
POWERS = "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication FROM pg_roles WHERE rolname = current_user"
MEMBERSHIPS = "SELECT count(*) FROM pg_auth_members WHERE member = current_user::regrole"
DEFINERS = "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace ORDER BY proname"
DEFINERS_OF = {
    "gateway": ["append_audit_entries"],
    "project_svc": ["outbox_maintain"],
    "program_svc": ["analyze_picture", "begin_picture", "outbox_maintain", "switch_picture"],
}
"""Functions that do what the application's role may not: lengthen a chain; add and drop the outbox's days; move a picture's tables."""
WITHOUT = {
    "gateway": {"alembic_version": False, "organizations": True, "webhook_cursors": False},
    "project_svc": {"alembic_version": False, "consumer_cursors": False},
    "program_svc": {"alembic_version": False, "consumer_cursors": False},
}
"""What has no `organization_id`, and whether it is forced all the same: the organisations themselves. The others say how far something was read."""
OTHERS = """
    SELECT relname, relkind::text, relrowsecurity AND relforcerowsecurity FROM pg_class
    JOIN pg_namespace ON pg_namespace.oid = relnamespace AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
    WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'organization_id' AND NOT attisdropped
    )
"""
VIEWS = "SELECT count(*) FROM pg_class WHERE relkind IN ('v', 'm', 'f') AND relnamespace = 'public'::regnamespace"
OPENINGS = {
    "gateway": {
        ("api_tokens", "by_digest", "interlock.token_digest"),
        ("invitations", "by_digest", "interlock.invitation_digest"),
        ("members", "by_person", "interlock.email"),
        ("organizations", "by_key", "interlock.organization_key"),
        ("organizations", "by_person", "interlock.email"),
    },
    "project_svc": set(),
    "program_svc": set(),
}
"""What is seen outside an organisation, and what a transaction has to present for it: the secret or the name that leads into one."""
POLICIES = (
    "SELECT tablename, policyname, cmd, roles::text[], qual, with_check FROM pg_policies WHERE schemaname = 'public'"
)
OFF = (
    "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
    "DROP POLICY organization ON {table}",
    "CREATE POLICY all_of_it ON {table} USING (true)",
    "ALTER POLICY organization ON {table} USING (true)",
    "TRUNCATE {table}",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "ALTER ROLE current_user BYPASSRLS",
    "CREATE FUNCTION peep() RETURNS bigint SECURITY DEFINER LANGUAGE sql AS 'SELECT 1'",
)


SERVICES = ("gateway", "project_svc", "program_svc")
ROLES = {f"{package}_{role}" for package in SERVICES for role in ("app", "relay")}
WHO_COMES_IN = "SELECT rolname FROM pg_roles WHERE rolname = ANY(:roles) AND has_database_privilege(rolname, current_database(), 'CONNECT')"
WHO_READS = """
    SELECT DISTINCT rolname FROM pg_roles, pg_class WHERE rolname = ANY(:roles) AND relnamespace = 'public'::regnamespace
    AND relkind IN ('r', 'p') AND has_table_privilege(rolname, pg_class.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
"""


@pytest.fixture(scope="module", params=SERVICES)
def service(request, postgres) -> tuple[str, str]:
    """A service's package, and its database as the application's role; the roles of the others are there, too."""
    for role in sorted(ROLES):
        create_role(postgres, role, "unused")
    return request.param, migrated(postgres, request.param, "rules")


@pytest.fixture
async def database(service):
    database = Database(service[1], pool=1)
    yield database
    await database.close()


async def tables(database: Database) -> list[tuple[str, bool, str, bool]]:
    """Name, whether it is forced, the owner, and whether the application's role may do anything with it."""
    async with database.transaction() as session:
        return [tuple(row) for row in await session.execute(text(OF_ORGANIZATIONS))]


async def test_it_is_forced_on_every_table_of_an_organisation_and_shows_nothing_without_one(service, database):
    await assert_forced(service[0], database, {"public"})


@pytest.mark.parametrize("service", ["program_svc"], indirect=True)
async def test_nor_does_a_second_picture_show_anything(service, database):
    for call, schema in PICTURES.items():
        async with database.transaction() as session:
            await session.execute(text(f"SELECT {call}"))
        await assert_forced(service[0], database, {"public", schema})


async def assert_forced(package: str, database: Database, schemas: set[str]) -> None:
    """On every table of an organisation in these schemas, which are all that there are."""
    found = await tables(database)
    assert len(found) > 8
    assert {name.partition(".")[0] for name, *_ in found} == schemas
    unforced = {name.partition(".")[2] for name, is_forced, _, is_open in found if is_open and not is_forced}
    assert unforced <= SEEN_BY_ALL.keys()
    assert f"{package}_app" not in {owner for _, _, owner, _ in found}
    for table, is_forced, _, is_open in found:
        if is_forced and is_open:
            async with database.transaction() as session:
                assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table


async def test_no_service_comes_into_anothers_database(service, database):
    own = {role for role in ROLES if role.startswith(f"{service[0]}_")}
    async with database.transaction() as session:
        assert set(await session.scalars(text(WHO_COMES_IN), {"roles": sorted(ROLES)})) == own
        assert set(await session.scalars(text(WHO_READS), {"roles": sorted(ROLES)})) == own


async def test_what_has_no_organisation_holds_nothing_of_one(service, database):
    """A table without the column was looked at by nobody, nor would a view have been, which sees what its owner sees."""
    async with database.transaction() as session:
        found = [tuple(row) for row in await session.execute(text(OTHERS))]
        assert await session.scalar(text(VIEWS)) == 0
    assert {name: is_forced for name, _, is_forced in found} == WITHOUT[service[0]]
    assert {kind for _, kind, _ in found} == {"r"}
    for table in (name for name, _, is_forced in found if is_forced):
        async with database.transaction() as session:
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table


async def test_every_policy_asks_for_the_organisation_or_for_what_leads_into_one(service, database):
    package, _ = service
    async with database.transaction() as session:
        rows = list(await session.execute(text(POLICIES)))
    openings = set()
    for row in rows:
        if row.policyname == "relay":
            assert row.roles == [f"{package}_relay"], row.tablename
        elif row.policyname == "organization":
            assert (row.cmd, "interlock.organization'" in row.qual) == ("ALL", True), row.tablename
            assert row.with_check in {None, row.qual}, (
                row.tablename
            )  # without one of its own, the same holds for what is written
        else:
            assert row.cmd == "SELECT", row.tablename
            openings |= {
                (row.tablename, row.policyname, each) for *_, each in OPENINGS[package] if f"'{each}'" in row.qual
            }
    others = {(row.tablename, row.policyname) for row in rows} - {(name, policy) for name, policy, _ in openings}
    assert openings == OPENINGS[package]
    assert {policy for _, policy in others} <= {"organization", "relay"}
    assert len(others) > 8


async def test_a_session_that_says_that_it_is_off_is_shown_nothing(service, database):
    for table, is_forced, _, is_open in await tables(database):
        if is_forced and is_open:
            with pytest.raises(Exception, match="would be affected by row-level security"):
                await count_without_it(database, table)


async def count_without_it(database: Database, table: str) -> int:
    async with database.transaction() as session:
        await session.execute(text("SET LOCAL row_security = off"))
        return await session.scalar(text(f"SELECT count(*) FROM {table}"))


async def test_the_applications_role_can_neither_switch_it_off_nor_get_round_it(service, database):
    package, _ = service
    async with database.transaction() as session:
        assert await session.scalar(text(POWERS)) is False
        assert await session.scalar(text(MEMBERSHIPS)) == 0
        definers = list(await session.scalars(text(DEFINERS)))
    assert definers == DEFINERS_OF[package]
    table = next(name for name, is_forced, _, is_open in await tables(database) if is_forced and is_open)
    for statement in OFF:
        with pytest.raises(
            Exception, match=r"permission denied|must be owner|must be a member|Only roles with|must have"
        ):
            async with database.transaction() as session:
                await session.execute(text(statement.format(table=table)))
