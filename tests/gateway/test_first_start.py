"""A gateway that has just been set up knows nobody, and nothing lets anybody in until an operator makes a token."""

import base64

import pytest
from gateway_kit import client_of

from gateway.settings import GatewaySettings
from gateway.tables import METADATA
from local_stack.databases import execute

GUESSES = ("admin:admin", "admin:password", "interlock:interlock", "postgres:postgres", "demo:demo")


def test_its_tables_are_empty(postgres, new_database, template):
    fresh = new_database(template)
    of_people = {"organizations", "members", "api_tokens", "invitations", "role_grants"}
    assert of_people <= METADATA.tables.keys()
    for table in METADATA.tables:
        assert execute(postgres, f"SELECT count(*) FROM {table}", database=fresh).split() == ["0"], table


async def test_no_guess_lets_anybody_in(app):
    basic = [f"Basic {base64.b64encode(guess.encode()).decode()}" for guess in GUESSES]
    async with client_of(app) as client:
        for header in (None, *basic, "Bearer admin", "Bearer ilk_", f"Bearer ilk_{'A' * 43}"):
            answer = await client.get("/v1/projects", headers={} if header is None else {"Authorization": header})
            assert answer.status_code == 401, header


@pytest.mark.parametrize("name", ["database_url", "auth_private_key_file"])
def test_what_is_secret_has_no_default(name):
    assert GatewaySettings.model_fields[name].is_required()
