"""A gateway on a database of its own, between an httpx client and two upstreams that a test tells what to answer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import httpx
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import FastAPI

from chassis.database import Database
from chassis.migrations import MigrationSettings, migrate
from contracts.vocabulary import OrganizationRole
from gateway.application import create_gateway
from gateway.identity import actions
from gateway.identity.models import Scope
from gateway.runtime import Runtime
from gateway.settings import GatewaySettings
from local_stack.databases import create_database, create_role, execute

APP_ROLE = "gateway_app"
RELAY_ROLE = "gateway_relay"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class FakeUpstream:
    """An HTTP server that answers as `handler` says and keeps what it was asked."""

    url: str = ""
    requests: list[web.Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    handler: Handler | None = None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        self.bodies.append(await request.read())
        if self.handler is not None:
            return await self.handler(request)
        return web.json_response({"path": request.path_qs, "method": request.method})

    @property
    def last(self) -> web.Request:
        return self.requests[-1]


@asynccontextmanager
async def serving(upstream: FakeUpstream) -> AsyncIterator[FakeUpstream]:
    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/{anything:.*}", upstream.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    upstream.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield upstream
    await runner.cleanup()


@dataclass
class Tokens:
    """Makes organisations, members and tokens as an operator would."""

    database: Database

    async def create(
        self,
        organization: str = "demo",
        member: str = "ada@example.org",
        role: OrganizationRole | None = OrganizationRole.ADMIN,
        scope: Scope = Scope.WRITE,
    ) -> str:
        async with self.database.transaction() as session:
            found = await actions.enter_organization_by_key(session, organization)
            found = found or await actions.create_organization(session, organization, organization.title())
            owner = await actions.member_with_email(session, found.id, member, role)
            _, secret = await actions.issue_api_token(session, found.id, owner.id, "a test", scope, None)
            return secret

    async def organization_id(self, organization: str = "demo") -> UUID:
        async with self.database.transaction() as session:
            found = await actions.enter_organization_by_key(session, organization)
            assert found is not None
            return found.id


@pytest.fixture(scope="session")
def template(postgres) -> str:
    """A migrated, empty gateway database to copy."""
    name = f"gateway_template_{uuid4().hex}"
    create_database(postgres, name)
    for role in (APP_ROLE, RELAY_ROLE):
        create_role(postgres, role, "unused")
    told = MigrationSettings(migration_database_url=postgres.url(name), app_role=APP_ROLE, relay_role=RELAY_ROLE)
    asyncio.run(migrate("gateway", told))
    execute(postgres, 'ALTER DATABASE :"name" WITH ALLOW_CONNECTIONS false', name=name)
    return name


@pytest.fixture
def database_url(postgres, new_database, template) -> str:
    """The gateway's database as the application's role."""
    return postgres.url(new_database(template), APP_ROLE)


@pytest.fixture
async def database(database_url) -> AsyncIterator[Database]:
    database = Database(database_url, pool=2)
    yield database
    await database.close()


@pytest.fixture
def tokens(database) -> Tokens:
    return Tokens(database)


@pytest.fixture
async def project() -> AsyncIterator[FakeUpstream]:
    async with serving(FakeUpstream()) as upstream:
        yield upstream


@pytest.fixture
async def program() -> AsyncIterator[FakeUpstream]:
    async with serving(FakeUpstream()) as upstream:
        yield upstream


@pytest.fixture(scope="session")
def private_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture
def settings(database_url, project, program, private_key, tmp_path) -> GatewaySettings:
    key_file = tmp_path / "key.pem"
    key_file.write_bytes(private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return GatewaySettings(
        database_url=database_url,
        database_pool=3,
        auth_private_key_file=key_file,
        project_url=project.url,
        program_url=program.url,
        upstream_connections=4,
        deadline=1.0,
    )


@pytest.fixture
async def app(settings) -> AsyncIterator[FastAPI]:
    app = create_gateway(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def runtime(app) -> Runtime:
    return app.state.runtime


@pytest.fixture
async def client(app, tokens) -> AsyncIterator[httpx.AsyncClient]:
    """A client with an admin's token."""
    headers = {"Authorization": f"Bearer {await tokens.create()}"}
    async with client_of(app) as client:
        client.headers.update(headers)
        yield client


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    """The header that a token is sent in."""
    return {"Authorization": f"Bearer {token}"}


async def member_of(client: httpx.AsyncClient, token: str) -> dict:
    """The member whose token it is."""
    mine = (await client.get("/v1/api-tokens", headers=bearer(token))).json()["items"]
    return (await client.get(f"/v1/members/{mine[0]['member_id']}", headers=bearer(token))).json()
