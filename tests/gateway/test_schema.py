"""The migrated schema is what the models say, and every row is its organisation's."""

import asyncio

from chassis.migrations import differences
from gateway.audit import models as audit_models
from gateway.identity import models
from gateway.tables import METADATA
from gateway.webhooks import models as webhook_models
from local_stack.databases import execute


def test_the_migrations_make_what_the_models_say(postgres, new_database, template):
    tables = {each.__tablename__ for each in (models.ApiToken, webhook_models.Webhook, audit_models.AuditEntry)}
    assert tables <= METADATA.tables.keys()
    assert asyncio.run(differences(postgres.url(new_database(template)), METADATA)) == []


def test_row_level_security_is_forced_on_every_table(postgres, new_database, template):
    unforced = execute(
        postgres,
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY relname",
        database=new_database(template),
    )
    assert unforced.split() == ["alembic_version", "webhook_cursors"]  # of no organisation


USED = {"last_used_at", "last_success_at", "hidden_count"}
"""What says that something was used; that is no change."""
OF_THE_ROW = {"id", "organization_id", "revision", "created_at", "updated_at"}
SAID_BY_ANOTHER = {"api_token_id"}
"""Of an invitation: the token's own entry says by which invitation it was made."""
KNOWN_BY = {
    "members": {"role", "removed_at", "subject", "email"},
    "api_tokens": {"member_id", "scope", "programs", "projects", "digest", "expires_at", "revoked_at"},
    "role_grants": {"member_id", "within", "boundary_id", "role", "granted_by"},
}
"""What decides who may do what."""
WATCHED = """
    SELECT tgrelid::regclass || ' ' || coalesce((
        SELECT string_agg(attname, ',') FROM unnest(tgattr) AS place JOIN pg_attribute ON attrelid = tgrelid AND attnum = place
    ), '*') FROM pg_trigger WHERE NOT tgisinternal AND tgname = '{trigger}'
"""


def watched(postgres, database: str, trigger: str) -> dict[str, set[str]]:
    """By table, the columns whose change sets the trigger off; those of the model where it is any change."""
    lines = [
        line.split(" ") for line in execute(postgres, WATCHED.format(trigger=trigger), database=database).splitlines()
    ]
    every = {name: {column.name for column in METADATA.tables[name].columns} for name, _ in lines}
    return {name: every[name] if told == "*" else set(told.split(",")) for name, told in lines}


def test_no_change_of_what_is_kept_goes_unnoted_whatever_statement_makes_it(postgres, new_database, template):
    """A token was widened from one project to all, or a role moved to another member, by a statement that the log did not hear of."""
    noted = watched(postgres, new_database(template), "audit")
    assert noted.keys() == {"organizations", "members", "role_grants", "api_tokens", "invitations", "webhooks"}
    for name, columns in noted.items():
        kept = {column.name for column in METADATA.tables[name].columns} - USED - OF_THE_ROW - SAID_BY_ANOTHER
        assert columns >= kept, (name, kept - columns)
        assert not columns & USED, name


def test_every_change_of_a_right_is_announced(postgres, new_database, template):
    announced = watched(postgres, new_database(template), "announce")
    assert announced.keys() == KNOWN_BY.keys()
    for name, columns in KNOWN_BY.items():
        assert announced[name] >= columns, name
        assert "last_used_at" not in announced[name]
