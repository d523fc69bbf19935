"""Streams as files: what `nats stream backup` of NATS' own command line writes, and `nats stream restore` reads.

Of each stream a folder with `backup.json` (configuration and state) and `stream.tar.s2` (messages and consumers, as the server packs them).
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, BinaryIO, Final

from nats.aio.client import Client
from nats.errors import Error

from local_stack.bus_client import dial
from local_stack.errors import StackError

_WITHIN: Final = 30.0  # seconds, from one message of the server's to the next
_CHUNK: Final = 128 * 1024  # bytes


def save_streams(url: str, folder: Path, ca_file: Path | None = None) -> list[str]:
    """Write every stream of the account below `folder`, while others go on writing; the streams' names. Raises StackError."""
    return _done("saved", asyncio.run(_all(url, ca_file, _save_all, folder)))


def restore_streams(url: str, folder: Path, ca_file: Path | None = None) -> list[str]:
    """Make every stream again that lies below `folder`; none of them may exist. Their names. Raises StackError."""
    return _done("restored", asyncio.run(_all(url, ca_file, _restore_all, folder)))


def _done(what: str, outcome: list[str] | Exception) -> list[str]:
    if isinstance(outcome, Exception):
        raise StackError(f"the streams could not be {what}: {outcome or 'NATS is silent'}") from outcome
    return outcome


async def _all(
    url: str, ca_file: Path | None, work: Callable[[Client, Path], Awaitable[list[str]]], folder: Path
) -> list[str] | Exception:
    client = None
    try:
        client = await dial(url, ca_file)
        names = await work(client, folder)
    except (Error, OSError, TimeoutError, _Refused) as error:
        return error
    finally:
        if client is not None:
            await client.close()
    return names


async def _save_all(client: Client, folder: Path) -> list[str]:
    names = sorted([stream.config.name or "" for stream in await client.jetstream().streams_info()])
    for name in names:
        await _save(client, name, folder / name)
    return names


async def _restore_all(client: Client, folder: Path) -> list[str]:
    names = _saved_in(folder)
    for name in names:
        await _restore(client, name, folder / name)
    return names


async def _save(client: Client, name: str, folder: Path) -> None:
    """The server sends a few chunks, and more as we acknowledge those that ask for it; an empty message is the end."""
    inbox = client.new_inbox()
    chunks = await client.subscribe(inbox, pending_bytes_limit=-1)
    try:
        said = await _ask(client, f"STREAM.SNAPSHOT.{name}", {"deliver_subject": inbox, "chunk_size": _CHUNK})
        with _new(folder) as file:
            while (chunk := await chunks.next_msg(_WITHIN)).data:
                file.write(chunk.data)
                if chunk.reply:
                    await chunk.respond(b"")
        status = (chunk.headers or {}).get("Status", "204")
        if status != "204":
            raise _Refused(f"{name}: {status} {(chunk.headers or {}).get('Description', '')}")
    finally:
        await chunks.unsubscribe()
    told = {"config": said["config"], "state": said["state"]}
    (folder / "backup.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _new(folder: Path) -> BinaryIO:
    folder.mkdir(parents=True)
    return (folder / "stream.tar.s2").open("wb")


def _saved_in(folder: Path) -> list[str]:
    return sorted(path.parent.name for path in folder.glob("*/backup.json"))


async def _restore(client: Client, name: str, folder: Path) -> None:
    told = json.loads((folder / "backup.json").read_text(encoding="utf-8"))
    subject = (await _ask(client, f"STREAM.RESTORE.{name}", told))["deliver_subject"]
    with (folder / "stream.tar.s2").open("rb") as file:
        while chunk := file.read(_CHUNK):
            _checked((await client.request(subject, chunk, timeout=_WITHIN)).data)
    _checked((await client.request(subject, b"", timeout=_WITHIN)).data)


async def _ask(client: Client, what: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.request(f"$JS.API.{what}", json.dumps(body).encode(), timeout=_WITHIN)
    return _checked(answer.data)


def _checked(data: bytes) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(data) if data.startswith(b"{") else {}
    if "error" in said:
        raise _Refused(said["error"]["description"])
    return said


class _Refused(Exception):
    """NATS says why."""
