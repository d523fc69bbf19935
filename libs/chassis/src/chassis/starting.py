"""How a process starts: `begin` before anything else is imported, `started` when all is.

Two things that take a fifth of a start and bring nothing are left out. While modules are imported hardly anything becomes garbage, yet the
collector looks through all of it again and again: it rests. And some libraries take in others, where they are installed, for what we never
ask of them.
"""

import gc
import sys
from importlib import import_module

UNASKED = {"nats.aio.transport": "aiohttp", "structlog": "rich"}
"""Module → what it can do without: websockets to NATS, coloured tracebacks."""


def begin() -> None:
    """The first thing that a process does. One that goes on for long calls `started` in the end."""
    gc.disable()
    for module, unasked in UNASKED.items():
        if unasked not in sys.modules:
            sys.modules[unasked] = None  # type: ignore[assignment]  # how Python is told that there is no such module
            import_module(module)
            del sys.modules[unasked]


def started() -> None:
    """Collect garbage from now on, but not among what was imported: that stays, and need never be looked at again."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
