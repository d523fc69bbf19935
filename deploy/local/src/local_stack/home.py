"""The folder that holds everything the local stack keeps: `INTERLOCK_HOME`."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Final, TextIO

from local_stack.errors import StackError


class Part(StrEnum):
    """What a backup holds, beside the stack's secrets."""

    DATABASES = "databases"
    STREAMS = "streams"


class Home:
    """Where things lie under `INTERLOCK_HOME`. Making one touches nothing; `claimed` does."""

    def __init__(self, path: Path) -> None:
        self.path: Final = path.expanduser().absolute()
        self.secrets: Final = self.path / "secrets"
        self.postgres: Final = self.path / "postgres"
        self.nats: Final = self.path / "nats"
        self.logs: Final = self.path / "logs"
        self.token: Final = self.path / "token"
        """The admin token of the organisation `demo`, for its owner's eyes."""
        self.organization: Final = self.path / "organization"
        """The id of the organisation `demo`."""
        self.reader: Final = self.path / "reader.env"
        """What a program needs to follow the events of the organisation `demo`, for a shell to read; written at each start."""
        self.sample_loaded: Final = self.path / "sample-loaded"
        """Exists once the sample program was loaded to its end."""
        self.keepsakes: Final = (self.token, self.organization, self.reader, self.sample_loaded)
        """The files of its own that a stack does not make anew."""
        self.ports: Final = self.path / "ports"
        """Where the processes listen, by their names; written at each start."""
        self._lock: Final = self.path / "lock"

    @classmethod
    def from_environment(cls) -> "Home":
        """Return the home `INTERLOCK_HOME` names, `.interlock` in the current folder when it names none."""
        return cls(Path(os.environ.get("INTERLOCK_HOME") or ".interlock"))

    def log(self, name: str) -> Path:
        """Return where the process `name` logs to."""
        return self.logs / f"{name}.log"

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Keep the folder, made if need be, for ourselves. Raises StackError when it cannot be used."""
        try:
            for folder in (self.path, self.secrets, self.logs):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = self._lock.open("a")
        except OSError as error:
            raise StackError(
                f"cannot use {self.path} as data folder: {error.strerror}. Name another one in INTERLOCK_HOME"
            ) from error
        with self._locked(lock):
            yield

    def remove(self) -> bool:
        """Remove what the stack keeps, and the folder if nothing else is in it. Say whether there was anything.

        Raises StackError while a stack runs on it, and when something cannot be removed.
        """
        try:
            if not self._lock.exists():
                return False
            with self._locked(self._lock.open("a")):
                for folder in (self.postgres, self.nats, self.logs, self.secrets):
                    if folder.exists():
                        shutil.rmtree(folder)
                for file in (*self.keepsakes, self.ports, self._lock):
                    file.unlink(missing_ok=True)
                if not any(self.path.iterdir()):
                    self.path.rmdir()
        except OSError as error:
            raise StackError(f"cannot remove {error.filename or self.path}: {error.strerror}") from error
        return True

    @contextmanager
    def _locked(self, lock: TextIO) -> Iterator[None]:
        """Hold the lock. The kernel takes it from us however we end, so a file that is left locks nobody out."""
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StackError(
                    f"Interlock is already running on {self.path}: end it first, or name another folder in INTERLOCK_HOME"
                ) from None
            yield
