"""The migrated schema is the one that the models describe."""

from chassis.migrations import differences
from project_svc.records import METADATA


async def test_the_schema_is_what_the_models_say(postgres, database_url):
    assert await differences(postgres.url("project_svc_tests"), METADATA) == []
