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
