"""A connection to the bus for a command: one attempt, and the server's certificate where it has one."""

import ssl
from pathlib import Path

import nats
from nats.aio.client import Client


async def dial(url: str, ca_file: Path | None = None) -> Client:
    """Connect once. `ca_file`: the authority of a server with a certificate for the name `nats`. Raises nats.errors.Error, OSError."""
    certified = {} if ca_file is None else {"tls": ssl.create_default_context(cafile=ca_file), "tls_hostname": "nats"}
    return await nats.connect(url, max_reconnect_attempts=1, **certified)
