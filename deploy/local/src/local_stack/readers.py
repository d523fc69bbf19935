"""A reader of an organisation's events: its two durable consumers, and what a program is told to use them."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from nats.errors import Error
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from local_stack.bus_client import dial
from local_stack.errors import StackError
from local_stack.nats_users import READER_STREAMS

_WITHIN: Final = 30.0  # seconds


def make_consumers(url: str, name: str, organization_id: str, *, ca_file: Path | None = None) -> None:
    """Make the consumers called `name`, of all events of the organisation that are kept; those that are there stay as they are.

    `url` is the operator's; `ca_file` the authority of a server that has a certificate for the name `nats`. Raises StackError.
    """
    try:
        asyncio.run(asyncio.wait_for(_make_consumers(url, name, organization_id, ca_file), _WITHIN))
    except (Error, OSError, TimeoutError) as error:
        raise StackError(
            f"the consumers of the reader '{name}' could not be made: {error or 'NATS is silent'}"
        ) from error


async def _make_consumers(url: str, name: str, organization_id: str, ca_file: Path | None) -> None:
    client = await dial(url, ca_file)
    try:
        for stream in READER_STREAMS:
            config = ConsumerConfig(
                durable_name=name,
                filter_subject=f"interlock.{stream.lower()}.{organization_id}.>",
                deliver_policy=DeliverPolicy.ALL,
                ack_policy=AckPolicy.EXPLICIT,
            )
            await client.jetstream().add_consumer(stream, config)
    finally:
        await client.close()


def shell_lines(told: Mapping[str, str]) -> str:
    """The variables as a shell reads them; the values need no quoting."""
    return "".join(f"export {name}={value}\n" for name, value in told.items())
