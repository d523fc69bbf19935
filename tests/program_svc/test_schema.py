"""The tables that the migrations make are those that the code was written for."""

from chassis import migrations
from program_svc.tables import METADATA


async def test_the_migrated_schema_is_that_of_the_models(postgres, database_url):
    found = await migrations.differences(postgres.url("program_svc_tests"), METADATA)
    assert [change for change in found if "outbox_" not in str(change)] == []
