"""What the gateway is told, besides what every process is."""

from pathlib import Path

from pydantic import Field

from chassis.settings import ProcessSettings


class GatewaySettings(ProcessSettings):
    """Each field is the environment variable `INTERLOCK_<FIELD>`."""

    auth_private_key_file: Path
    """PEM of the Ed25519 key that signs internal tokens; the gateway alone has it."""
    project_url: str = Field(pattern=r"^https?://")
    program_url: str = Field(pattern=r"^https?://")
    upstream_connections: int = Field(default=1024, ge=1)
    """Connections to each upstream at most, which is how many requests it has under way."""
    deadline: float = Field(default=30.0, gt=0)
    """Seconds in which an upstream must begin its answer."""
