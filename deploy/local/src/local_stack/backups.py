"""A backup of a stack while it runs, and the way back.

The streams are saved first and the databases after them, so that no stream is ahead of its database: then the relays put back by themselves
what the streams lack (docs/operations.md, Backup and restore).
"""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Final

from local_stack.accounts import account_for_postgres, give_all
from local_stack.errors import StackError
from local_stack.home import Home, Part
from local_stack.nats import Nats, listens_at
from local_stack.nats_users import operator_user
from local_stack.postgres import BIN, SUPERUSER, socket_folder_of
from local_stack.processes import end_processes, marked_with
from local_stack.secret_files import SecretFiles
from local_stack.services import users
from local_stack.stream_files import restore_streams, save_streams


def back_up(home: Home, folder: Path) -> None:
    """Save all of a running stack as `folder`, which must not exist yet; it is there whole or not at all. Raises StackError."""
    if folder.exists():
        raise StackError(f"{folder} exists already: name a new folder")
    draft = folder.absolute().with_name(f".{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(mode=0o700, parents=True)
        save_streams(_operators_url(home, listens_at(home.nats)), draft / Part.STREAMS)
        _save_databases(socket_folder_of(home.postgres), draft / Part.DATABASES)
        shutil.copytree(home.secrets, draft / home.secrets.name)
        for file in home.keepsakes:
            if file.exists():
                shutil.copy2(file, draft)
        draft.rename(folder)
    except OSError as error:
        raise StackError(f"cannot write {error.filename or folder}: {error.strerror}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def restore(home: Home, folder: Path, only: Part | None = None) -> None:
    """Put back what `folder` holds, or one part of it, in place of what is in the data folder. Raises StackError, also while a stack runs."""
    if not (folder / Part.DATABASES / "PG_VERSION").exists() or not (folder / Part.STREAMS).is_dir():
        raise StackError(f"{folder} is no backup of Interlock")
    with home.claimed():
        end_processes(marked_with(home.path), signal.SIGTERM, timeout=5)
        try:
            if only is None:
                shutil.copytree(folder / home.secrets.name, home.secrets, dirs_exist_ok=True)
                for file in home.keepsakes:
                    if (folder / file.name).exists():
                        shutil.copy2(folder / file.name, file)
            if only is not Part.STREAMS:
                _restore_databases(folder / Part.DATABASES, home.postgres)
            if only is not Part.DATABASES:
                _restore_streams(folder / Part.STREAMS, home)
        except OSError as error:
            raise StackError(f"cannot restore {error.filename or folder}: {error.strerror}") from error


def _save_databases(socket_folder: Path, folder: Path) -> None:
    """All databases and roles as of one moment, with the log that makes them whole."""
    command = [
        str(BIN / "pg_basebackup"),
        *("--host", str(socket_folder), "--username", SUPERUSER, "--no-password"),
        *("--pgdata", str(folder), "--wal-method=stream", "--checkpoint=fast"),
    ]
    done = subprocess.run(command, env={"PATH": os.defpath, "LC_ALL": "C"}, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StackError(
            f"the databases could not be saved: {(done.stderr.strip() or 'no reason given').splitlines()[-1]}"
        )


def _restore_databases(saved: Path, folder: Path) -> None:
    draft = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(saved, draft)
    give_all(draft, account_for_postgres())
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def _restore_streams(saved: Path, home: Home) -> None:
    shutil.rmtree(home.nats, ignore_errors=True)
    server: Final = Nats(home.nats, home.log("nats"), users=users(SecretFiles(home.secrets)))
    server.start()
    try:
        restore_streams(_operators_url(home, server.url), saved)
    finally:
        server.stop()


def _operators_url(home: Home, server: str) -> str:
    """Where the server is, as its operator."""
    operator = operator_user(SecretFiles(home.secrets).password("nats-operator"))
    return server.replace("://", f"://{operator.name}:{operator.password}@", 1)
