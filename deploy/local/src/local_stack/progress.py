"""How far a load has come: a bar for a person at a terminal, plain lines for a log."""

from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

LINES = 10
"""How many lines a log gets for a whole load."""


class Meter(Protocol):
    """Counts records up to a total that is known beforehand."""

    def advance(self, doing: str) -> None:
        """One more is done; `doing` says what of."""


class LoadProgress:
    """A `Meter` on a console, in a `with` block."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._done = 0
        columns = (TextColumn("{task.description:<14}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("", total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def advance(self, doing: str) -> None:
        """See `Meter`."""
        self._done += 1
        self._bar.update(self._task, completed=self._done, description=doing)
        if (
            not self._console.is_terminal
            and self._done * LINES // self._total > (self._done - 1) * LINES // self._total
        ):
            self._console.print(f"  {self._done} of {self._total} records ({doing})")
