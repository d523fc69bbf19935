"""The gateway's application: its own routes, with forwarding in front of them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial

from fastapi import FastAPI
from starlette.middleware import Middleware

from chassis.app import Lifespan, create_app
from chassis.health import Health
from chassis.identity import Signer
from chassis.problem import BadRequest, responses
from chassis.schema import check_at_head
from chassis.settings import PREFIX
from gateway import docs, overview, problem_pages, reference
from gateway.audit import routes as audit_log
from gateway.compression import Compression
from gateway.events import routes as events
from gateway.finishing import Finishing, cors
from gateway.forward import Forwarding
from gateway.identity import member_routes as members
from gateway.identity import routes as api_tokens
from gateway.invitations import routes as invitations
from gateway.oidc.persons import OrganizationNeeded
from gateway.rates import TooManyRequests
from gateway.roles import routes as roles
from gateway.runtime import running
from gateway.settings import GatewaySettings
from gateway.webhooks import routes as webhooks

DESCRIPTION = "Project and program management: dependencies between projects as contracts, kept true by events."


def create_gateway(settings: GatewaySettings) -> FastAPI:
    """The application as the process serves it."""
    health = Health()
    return build(partial(_lifespan, settings, _signer(settings), health), health, settings.cors_origins)


def build(lifespan: Lifespan, health: Health, cors_origins: Sequence[str] = ()) -> FastAPI:
    """The application around any lifespan that sets `app.state.runtime`. cors_origins: whose pages may call it from a browser."""
    routers = [
        members.router,
        invitations.router,
        roles.router,
        api_tokens.router,
        overview.router,
        events.router,
        webhooks.router,
        audit_log.router,
        reference.router,
        problem_pages.router,
        docs.router,
    ]
    app = create_app(
        title="Interlock",
        description=DESCRIPTION,
        routers=routers,
        lifespan=lifespan,
        health=health,
        answers=responses(BadRequest, OrganizationNeeded, TooManyRequests),
    )
    # The first one observes, the last one is the body limit. Forwarding goes ahead of that, since it counts for itself what it passes on.
    # What finishes answers stands around everything that gives one, and inside the trace that it names.
    app.user_middleware.insert(-1, Middleware(Forwarding))
    app.user_middleware[1:1] = [Middleware(Compression), Middleware(Finishing)]
    if cors_origins:
        app.user_middleware.insert(0, cors(cors_origins))
    return app


def _signer(settings: GatewaySettings) -> Signer:
    try:
        return Signer.from_pem(settings.auth_private_key_file.read_bytes())
    except (OSError, ValueError) as error:
        raise SystemExit(f"settings: {PREFIX}AUTH_PRIVATE_KEY_FILE: {error}") from None


@asynccontextmanager
async def _lifespan(settings: GatewaySettings, signer: Signer, health: Health, app: FastAPI) -> AsyncIterator[None]:
    async with running(settings, signer) as runtime:
        app.state.runtime = runtime
        watching = asyncio.create_task(health.watch("database", partial(check_at_head, runtime.database, "gateway")))
        try:
            yield
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
