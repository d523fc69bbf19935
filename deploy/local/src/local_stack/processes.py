"""Processes that live no longer than this one."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from local_stack.errors import StackError

Pause = Callable[[float], None]
"""Waits some seconds; may raise to give the waiting up. `time.sleep` is the plain one."""

# Every child carries its owner's folder in its environment: so what a killed run left behind is known as ours for sure.
MARK: Final = "INTERLOCK_PROCESS_OF"

_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _leash(parent: int, death_signal: signal.Signals, niceness: int) -> None:
    """Ask Linux to end this process when its parent ends, however that comes about. Runs in the child before exec."""
    if niceness:
        os.nice(niceness)
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # it died before the request
            os._exit(1)


@dataclass(slots=True)
class Child:
    """One process of ours, in a session of its own, writing to a log, or to where we write if it has none.

    `environment` is all it gets, plus the mark of `folder`, the data folder it works for. `user` is the account it runs
    as when we are root. `stop_signal` asks it to end in order, `death_signal` is what it gets when we are killed.

    Start it on the main thread: Linux takes the end of the starting thread for the end of the parent.
    """

    name: str
    command: Sequence[str | Path]
    folder: Path
    log: Path | None
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    niceness: int = 0
    """By how much others go first when there is not enough processor time for all, from 0 to 19."""
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, again if need be. Raises OSError when the command cannot be run."""
        parent = os.getpid()
        with self.log.open("ab") if self.log else contextlib.nullcontext() as log:
            self._process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env={**self.environment, MARK: str(self.folder)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT if log else None,
                start_new_session=True,
                user=self.user,
                group=self.user,
                extra_groups=None if self.user is None else [],
                preexec_fn=lambda: _leash(parent, self.death_signal, self.niceness),
            )

    @property
    def pid(self) -> int | None:
        """The process id, None before the first start."""
        return self._process.pid if self._process else None

    @property
    def exit_code(self) -> int | None:
        """None while it runs (and before the first start); the negative signal number when a signal ended it."""
        return self._process.poll() if self._process else None

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def ask_to_stop(self) -> None:
        """Send `stop_signal` and return at once."""
        if self._process and self.is_running:
            self._process.send_signal(self.stop_signal)

    def wait(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds for its end; say whether it has ended."""
        if self._process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(max(timeout, 0))
        return not self.is_running

    def kill(self) -> None:
        """End it and its process group at once; return when it is gone."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def stop(self, timeout: float) -> None:
        """Ask it to end, wait up to `timeout` seconds, then kill it."""
        stop_all([self], timeout)

    def wait_until(self, condition: Callable[[], bool], timeout: float, pause: Pause = time.sleep) -> None:
        """Wait for a condition that this process brings about.

        Raises StackError when it exits or `timeout` seconds pass first.
        """
        deadline = time.monotonic() + timeout
        while not condition():
            if not self.is_running:
                raise StackError(f"{self.name} {describe_exit(self.exit_code)}. {self.last_words()}".rstrip())
            if time.monotonic() > deadline:
                raise StackError(f"{self.name} was not ready within {timeout:.0f} s. {self.last_words()}".rstrip())
            pause(0.02)

    def wait_for_success(self, timeout: float, pause: Pause = time.sleep) -> None:
        """Wait for its end. Raises StackError when it exits with anything but 0 or takes longer than `timeout` seconds."""
        self.wait_until(lambda: not self.is_running, timeout, pause)
        if self.exit_code != 0:
            raise StackError(f"{self.name} {describe_exit(self.exit_code)}. {self.last_words()}".rstrip())

    def last_words(self) -> str:
        """Return the last line of its log and where the rest is, nothing if it has none."""
        if self.log is None:
            return ""
        lines = self.log.read_text(errors="replace").split("\n") if self.log.exists() else []
        last = next((line.strip() for line in reversed(lines) if line.strip()), "(nothing)")
        return f"It last said: {last[:300]} — all of it: {self.log}"


def describe_exit(code: int | None) -> str:
    """Say how a process ended: `exited with 1`, `was ended by SIGKILL`."""
    if code is not None and code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"exited with {code}"


def stop_all(children: Iterable[Child], timeout: float) -> None:
    """Ask all of them to end at once, wait up to `timeout` seconds for the last, then kill what is left."""
    children = list(children)
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + timeout
    while any(child.is_running for child in children) and time.monotonic() < deadline:
        time.sleep(0.01)
    for child in children:
        child.kill()


def marked_with(folder: Path) -> list[psutil.Process]:
    """Return the running processes that were started for `folder`, by this run or an earlier one."""
    return [process for process in psutil.process_iter() if _mark_of(process) == str(folder)]


def _mark_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK)
    except (psutil.Error, OSError):  # another user's, or just ended
        return None


def end_processes(processes: Sequence[psutil.Process], gentle: signal.Signals, timeout: float) -> None:
    """Send `gentle` to each, wait up to `timeout` seconds, kill those that are left and wait until they are gone."""
    for process in processes:
        _send(process, gentle)
    _, stubborn = psutil.wait_procs(processes, timeout=timeout)
    for process in stubborn:
        _send(process, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=5)


def _send(process: psutil.Process, number: signal.Signals) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number)
