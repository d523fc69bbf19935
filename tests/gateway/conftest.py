"""The fixtures of a gateway, of live events and of webhooks."""

from gateway_kit import (
    app,
    client,
    database,
    database_url,
    private_key,
    program,
    project,
    runtime,
    settings,
    template,
    tokens,
)
from live_kit import author, bus, live, live_settings, seal_key, viewer
from oidc_kit import issuer, known, trusted
from webhook_kit import attempt_timeout, receiver, worker

__all__ = [
    "app",
    "attempt_timeout",
    "author",
    "bus",
    "client",
    "database",
    "database_url",
    "issuer",
    "known",
    "live",
    "live_settings",
    "private_key",
    "program",
    "project",
    "receiver",
    "runtime",
    "seal_key",
    "settings",
    "template",
    "tokens",
    "trusted",
    "viewer",
    "worker",
]
