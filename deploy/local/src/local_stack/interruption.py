"""Ctrl-C and SIGTERM, noticed at the places where the stack waits and nowhere else."""

import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Final

_SLICE: Final = 0.05  # seconds


class StopRequested(Exception):
    """Somebody wants the stack to end."""


class Interruption:
    """Turns the signals that ask for an end into StopRequested, raised by `pause`.

    A signal's handler only takes a note, since an exception could otherwise come between the start of a process and
    the note that it was started.
    """

    def __init__(self, on_tick: Callable[[], None]) -> None:
        self._on_tick: Final = on_tick
        self._requested = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._requested = True

    def pause(self, seconds: float) -> None:
        """Wait. Raises StopRequested as soon as an end is asked for."""
        until = time.monotonic() + seconds
        while True:
            if self._requested:
                raise StopRequested
            self._on_tick()
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, _SLICE))
