"""The gateway's HTTP process."""

from chassis import commands, settings
from gateway.application import create_gateway
from gateway.connection import Protocol
from gateway.settings import GatewaySettings


def run() -> None:
    """Serve until SIGTERM."""
    told = settings.load(GatewaySettings)
    commands.configure("gateway", told)
    commands.serve(create_gateway(told), told, http=Protocol)
