"""Keeping processes alive: what dies is started again, after a pause that grows while it keeps dying."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from local_stack.errors import StackError
from local_stack.processes import Child, describe_exit

_FIRST_BACKOFF: Final = 0.1  # seconds
_LONGEST_BACKOFF: Final = 10.0
_STABLE_AFTER: Final = 30.0  # seconds of running after which the pause is short again


@dataclass(slots=True)
class Supervised:
    """A child under watch: how to start it again and how to see that it is ready."""

    child: Child
    start: Callable[[], None]
    is_ready: Callable[[], bool]
    backoff: float = _FIRST_BACKOFF
    started_at: float = 0.0
    start_at: float | None = None
    """When it will be started again; None while it runs."""
    is_back: bool = True
    """False from its death until it was seen ready again."""


class Supervisor:
    """Watches children, in the order in which they depend on each other. `look` is to be called again and again."""

    def __init__(self, children: Iterable[Supervised], report: Callable[[str], None]) -> None:
        self._children: Final = list(children)
        self._report: Final = report
        for supervised in self._children:
            supervised.started_at = time.monotonic()

    def look(self) -> None:
        """Look at every child once: note deaths, start again what is due, report what is back."""
        for supervised in self._children:
            if supervised.start_at is not None:
                if time.monotonic() >= supervised.start_at:
                    self._start(supervised)
            elif not supervised.child.is_running:
                self._note_death(supervised, describe_exit(supervised.child.exit_code))
            elif not supervised.is_back and supervised.is_ready():
                supervised.is_back = True
                self._report(f"{supervised.child.name} is back")

    def _start(self, supervised: Supervised) -> None:
        supervised.start_at = None
        supervised.started_at = time.monotonic()
        try:
            supervised.start()
        except (StackError, OSError) as error:
            supervised.child.kill()
            self._note_death(supervised, f"did not start ({error})")

    def _note_death(self, supervised: Supervised, how: str) -> None:
        now = time.monotonic()
        if now - supervised.started_at > _STABLE_AFTER:
            supervised.backoff = _FIRST_BACKOFF
        self._report(f"{supervised.child.name} {how}; starting it again. Its log: {supervised.child.log}")
        supervised.start_at = now + supervised.backoff
        supervised.backoff = min(supervised.backoff * 2, _LONGEST_BACKOFF)
        supervised.is_back = False
