"""The account PostgreSQL runs as: it refuses to run as root."""

import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path

from local_stack.errors import StackError

_ACCOUNT = "pgserver"


def account_for_postgres() -> str | None:
    """Return the account PostgreSQL must run as: None (our own) unless we are root. Creates it on first use."""
    if os.geteuid() != 0:
        return None
    if not _exists(_ACCOUNT):
        _create(_ACCOUNT)
    return _ACCOUNT


def _exists(account: str) -> bool:
    try:
        pwd.getpwnam(account)
    except KeyError:
        return False
    return True


def _create(account: str) -> None:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", account]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        if not _exists(account):  # else somebody created it at the same moment
            raise StackError(
                f"PostgreSQL does not run as root, and the account '{account}' for it could not be created: {error}. "
                "Start Interlock as another user."
            ) from error


def give(folder: Path, account: str | None) -> None:
    """Make `folder` the private property of `account` and let the account reach it. Nothing to do for our own."""
    if account is None:
        folder.chmod(0o700)
        return
    owner = pwd.getpwnam(account)
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    folder.chmod(0o700)
    let_through(folder)


def give_all(folder: Path, account: str | None) -> None:
    """Like `give`, for everything below `folder` as well."""
    give(folder, account)
    if account is not None:
        for path in folder.rglob("*"):
            shutil.chown(path, account, account)


def let_through(path: Path) -> None:
    """Add the right to pass (not to list) to each folder above `path` that other accounts cannot pass."""
    for folder in path.absolute().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def open_programs(bin_folder: Path) -> None:
    """Let other accounts run the programs in `bin_folder`, which a strict umask may have closed to them."""
    let_through(bin_folder)
    install = bin_folder.parent
    libraries = install.parent.with_name(f"{install.parent.name}.libs")  # where wheels put what they bring along
    for path in (install, *install.rglob("*"), *([libraries, *libraries.iterdir()] if libraries.exists() else [])):
        mode = stat.S_IMODE(path.stat().st_mode)
        wanted = stat.S_IROTH | (stat.S_IXOTH if path.is_dir() or mode & stat.S_IXUSR else 0)
        if mode & wanted != wanted:
            path.chmod(mode | wanted)
