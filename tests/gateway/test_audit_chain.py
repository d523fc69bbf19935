"""The chain shows tampering, and nobody but the database's own function writes it."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text

from chassis.database import Database
from gateway.audit.verification import Mark, verify

pytestmark = pytest.mark.slow
NUMBER = 7


@pytest.fixture
async def owner(postgres, database_url):
    name = database_url.rpartition("@")[2].partition("/")[2].partition("?")[0]
    owner = Database(postgres.url(name), pool=1)
    yield owner
    await owner.close()


@pytest.fixture
async def organization_id(tokens, database, owner):
    """An organisation whose log has seven entries and more."""
    await tokens.create()
    organization_id = await tokens.organization_id()
    async with owner.transaction(organization_id) as session:
        for number in range(NUMBER):
            await session.execute(text("UPDATE organizations SET name = :name"), {"name": f"name {number}"})
    return organization_id


async def sql(owner, statement: str, organization_id=None, **values):
    async with owner.transaction(organization_id) as session:
        await session.execute(text(statement), values)


TAMPERING = {
    "a changed entry": (
        "UPDATE audit_entries SET entry = replace(entry, 'name 2', 'name X') WHERE sequence = 6",
        6,
        "hash",
    ),
    "a changed entry with a new hash": (
        """UPDATE audit_entries SET entry = replace(entry, 'name 2', 'name X'),
           hash = sha256(convert_to(replace(entry, 'name 2', 'name X'), 'UTF8')) WHERE sequence = 6""",
        7,
        "previous_hash",
    ),
    "a changed actor": ("UPDATE audit_entries SET actor = 'members/eve' WHERE sequence = 5", 5, "columns"),
    "a changed time": (
        "UPDATE audit_entries SET occurred_at = occurred_at - interval '1 day' WHERE sequence = 5",
        5,
        "columns",
    ),
    "a missing entry": ("DELETE FROM audit_entries WHERE sequence = 4", 4, "missing"),
    "a missing first entry": ("DELETE FROM audit_entries WHERE sequence = 1", 1, "missing"),
    "two that changed places": (
        """UPDATE audit_entries a SET id = gen_random_uuid(), entry = b.entry, hash = b.hash FROM audit_entries b
           WHERE (a.sequence, b.sequence) IN ((4, 5), (5, 4))""",
        4,
        "previous_hash",
    ),
    "a missing end": ("DELETE FROM audit_entries WHERE sequence > 8", 9, "missing"),
    "nothing left": ("DELETE FROM audit_entries", 1, "missing"),
    "a forgotten end": ("DELETE FROM audit_heads", 1, "head"),
    "another end": ("UPDATE audit_heads SET hash = decode(repeat('ab', 32), 'hex')", 10, "head"),
    "an end that was set back": ("UPDATE audit_heads SET sequence = 5", 6, "head"),
}


@pytest.mark.parametrize("what", TAMPERING)
async def test_tampering_shows_at_the_first_wrong_entry(database, owner, organization_id, what):
    before = await verify(database, organization_id)
    assert (before.fault, before.is_all, before.reached) == (None, True, before.head)
    statement, sequence, rule = TAMPERING[what]
    await sql(owner, statement)
    after = await verify(database, organization_id)
    assert after.fault is not None
    assert (after.fault.sequence, after.fault.rule) == (sequence, rule)


async def test_a_chain_that_was_cut_and_sealed_again_is_found_out_by_what_was_kept_elsewhere(
    database, owner, organization_id
):
    kept = (await verify(database, organization_id)).head
    await sql(owner, "DELETE FROM audit_entries WHERE sequence > 6")
    await sql(
        owner,
        "UPDATE audit_heads SET sequence = 6, hash = (SELECT hash FROM audit_entries WHERE sequence = 6)",
    )
    assert (await verify(database, organization_id)).fault is None  # there is nothing in the database to see it by
    cut = (await verify(database, organization_id, kept)).fault
    assert (cut.sequence, cut.rule) == (7, "missing")
    async with owner.transaction(organization_id) as session:
        for number in range(NUMBER):  # and a false history in its place
            await session.execute(text("UPDATE organizations SET name = :name"), {"name": f"false {number}"})
    assert (await verify(database, organization_id)).fault is None
    false = (await verify(database, organization_id, kept)).fault
    assert (false.sequence, false.rule) == (kept.sequence, "mark")


async def test_a_long_log_is_verified_piece_by_piece(database, organization_id):
    first = await verify(database, organization_id, most=4)
    assert (first.reached.sequence, first.is_all, first.fault) == (4, False, None)
    rest = await verify(database, organization_id, first.reached)
    assert (rest.reached, rest.is_all) == (rest.head, True)
    assert (await verify(database, uuid4())).head == Mark(0, bytes(32))


@pytest.mark.parametrize(
    "statement",
    [
        *(f"{what} audit_entries" for what in ("DELETE FROM", "TRUNCATE", "LOCK TABLE")),
        *(f"{what} audit_heads" for what in ("DELETE FROM", "TRUNCATE")),
        "UPDATE audit_entries SET actor = 'x'",
        "UPDATE audit_heads SET sequence = 1",
        "INSERT INTO audit_entries SELECT * FROM audit_entries",
        "INSERT INTO audit_heads SELECT * FROM audit_heads",
        "ALTER TABLE audit_entries DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE members DISABLE TRIGGER audit",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    ],
)
async def test_the_applications_role_reads_and_nothing_else(database, organization_id, statement):
    with pytest.raises(Exception, match=r"permission denied|must be owner"):
        await sql(database, statement, organization_id)


async def test_nobody_appends_to_the_log_of_another_organisation(database, organization_id):
    with pytest.raises(Exception, match="in its own organisation") as refused:
        await sql(database, "SELECT append_audit_entries(:id, '{}')", uuid4(), id=organization_id)
    assert isinstance(refused.value.orig.__cause__, asyncpg.InsufficientPrivilegeError)


async def test_two_at_once_append_one_after_the_other(database, tokens, organization_id, client):
    bodies = [{"email": f"{number}@example.org", "name": "N"} for number in range(12)]
    answers = await asyncio.gather(*(client.post("/v1/members", json=body) for body in bodies))
    assert {answer.status_code for answer in answers} == {201}
    verdict = await verify(database, organization_id)
    assert verdict.fault is None
    assert verdict.head.sequence >= NUMBER + 12
