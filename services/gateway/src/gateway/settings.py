"""What the gateway is told, besides what every process is."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from chassis.settings import ProcessSettings


class WebhookSettings(ProcessSettings):
    """What the HTTP process and the worker both have to know of webhooks."""

    webhook_key_file: Path | None = None
    """Keys that seal webhook secrets, one a line, the current one first: 32 bytes in URL-safe base64. Without it there are no webhooks."""
    webhook_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks (a JSON list) that webhooks may lead to besides public addresses; to these alone plain http is allowed, too."""


class WorkerSettings(WebhookSettings):
    """What the worker is told."""

    relay_database_url: str
    """The same database as the relay's role, which sees which deliveries are due in all organisations, and nothing else of them."""
    nats_url: str
    health_port: int = Field(default=0, ge=0, le=65535)
    """Where it answers probes and metrics; 0 for nowhere."""


class GatewaySettings(WebhookSettings):
    """Each field is the environment variable `INTERLOCK_<FIELD>`."""

    auth_private_key_file: Path
    """PEM of the Ed25519 key that signs internal tokens; the gateway alone has it."""
    project_url: str = Field(pattern=r"^https?://")
    program_url: str = Field(pattern=r"^https?://")
    upstream_connections: int = Field(default=1024, ge=1)
    """Connections to each upstream at most, which is how many requests it has under way."""
    deadline: float = Field(default=30.0, gt=0)
    """Seconds in which an upstream must begin its answer."""

    oidc_issuer: str | None = Field(default=None, pattern=r"^https?://")
    """The OpenID Connect issuer whose access tokens let people in, exactly as its tokens name it; without it only API tokens do."""
    oidc_audience: str | None = None
    """What its tokens must be meant for (`aud`); with `oidc_issuer` it is needed."""
    oidc_jwks_url: str | None = Field(default=None, pattern=r"^https?://")
    """Where the issuer's keys are, if its discovery document is not to be asked."""
    token_rate: float = Field(default=1000.0, gt=0)
    """Requests a second that one token may send in the long run."""
    token_burst: int = Field(default=2000, ge=1)
    """How many of them at once."""
    organization_rate: float = Field(default=5000.0, gt=0)
    """The same for all tokens of an organisation together."""
    organization_burst: int = Field(default=10_000, ge=1)
    stranger_rate: float = Field(default=50.0, gt=0)
    """Requests a second without a valid token that one address may send in the long run, to each process."""
    stranger_burst: int = Field(default=500, ge=1)
    """How many of them at once."""
    transfers_per_token: int = Field(default=64, ge=1)
    """Requests and answers of more than 256 KB that a token may have under way in this process at once."""
    cors_origins: tuple[str, ...] = ()
    """Origins (a JSON list) whose pages may call this API from a browser; `["*"]` for all of them."""

    nats_url: str | None = None
    """`nats://user:password@host:port`; without it `/v1/events` answers 503."""
    streams_per_token: int = Field(default=20, ge=1)
    """Event streams that a token may have open in this process at once."""
    streams_per_organization: int = Field(default=1000, ge=1)
    """The same for all tokens of an organisation together."""
    stream_age: float = Field(default=3600.0, gt=0)
    """Seconds after which an event stream ends and the client comes back."""
    stream_heartbeat: float = Field(default=15.0, gt=0)
    """Seconds of silence after which an event stream sends a comment."""
    stream_send_timeout: float = Field(default=10.0, gt=0)
    """Seconds that a client may leave what was sent unread before it is dropped."""

    @model_validator(mode="after")
    def _audience_is_told(self) -> Self:
        if self.oidc_issuer is not None and not self.oidc_audience:
            raise ValueError(
                "oidc_audience is needed with oidc_issuer: a token for somebody else must not open this door"
            )
        return self
