"""What the person in front of the stack sees: a spinner and colours on a terminal, plain lines anywhere else."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner


class Screen:
    """Steps that take a while, and lines in between. Nothing here starts a thread; `tick` moves the spinner."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, soft_wrap=True)
        self._live: Live | None = None

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Show that `what` is being done, then how long it took. A failure leaves the reporting to the caller."""
        started = time.monotonic()
        if self._console.is_terminal:
            # Without a refresh thread: processes are started meanwhile, and a fork copies other threads' held locks.
            self._live = Live(Spinner("dots", f"{what} …"), console=self._console, auto_refresh=False, transient=True)
        try:
            if self._live:
                self._live.start(refresh=True)
            yield
        finally:
            if self._live:
                self._live.stop()
                self._live = None
        self._console.print(f"[green]✓[/] {what} [dim]{time.monotonic() - started:.1f} s[/]")

    def tick(self) -> None:
        """Move the spinner on, if there is one."""
        if self._live:
            self._live.refresh()

    def say(self, line: str, style: str = "none") -> None:
        """Print one line as it is."""
        self._console.print(line, style=style, markup=False)
