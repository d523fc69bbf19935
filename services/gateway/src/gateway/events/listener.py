"""One who listens: what waits to be sent to it, never more than a bound."""

import asyncio
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from gateway.events.filters import EventFilter
from gateway.events.live_event import LiveEvent
from gateway.events.position import Position

QUEUE = 2_000
MOST_BYTES = 16 * 1024 * 1024
"""Of the payloads that wait for one client. A recalculation has hundreds of kilobytes: two thousand of them would be most of a process's memory."""


class ResetReason(StrEnum):
    """Why the events between what a listener saw and what it gets next cannot be had."""

    TRIMMED = "trimmed"
    """They are older than what the streams keep."""
    REPLACED = "replaced"
    """The streams are not those that the position was in: they were created anew."""
    AHEAD = "ahead"
    """The streams end before the position: they were restored to an earlier state."""
    UNREADABLE = "unreadable"
    """`Last-Event-ID` is not a position."""


class CloseReason(StrEnum):
    """Why a stream ends; the client may come back at once, unless its token is over."""

    AGE = "age"
    """It was open as long as a stream may be."""
    TOKEN_EXPIRED = "token_expired"  # noqa: S105  (a reason, not a secret)
    """The token has reached its end."""
    UNAUTHENTICATED = "unauthenticated"
    """The token was revoked."""
    SLOW = "slow"
    """More waited for the client than is kept for one."""
    SHUTDOWN = "shutdown"
    """This process ends."""
    UNAVAILABLE = "unavailable"
    """What is needed to go on is away."""


@dataclass(frozen=True, slots=True)
class Reset:
    """Events are missing before what follows, which begins behind `position`."""

    reason: ResetReason
    position: Position


Item = LiveEvent | Reset


class Listener:
    """Made by `Hub.attach`. `offer` is the hub's side, `take` the client's."""

    def __init__(self, wanted: EventFilter, since: Position, *, most: int = QUEUE) -> None:
        self.is_gone = False
        self.closed: CloseReason | None = None
        self._wanted = wanted
        self._since = since
        self._most = most
        self._waiting: deque[Item] = deque()
        self._bytes = 0
        self._news = asyncio.Event()

    def begin_with(self, events: Iterable[LiveEvent]) -> None:
        """Put what it has missed before everything else; the ring bounds it."""
        for event in events:
            if self._wanted.matches(event):
                self._add(event)

    def offer(self, item: Item) -> None:
        """Something for it, if it wants it. One that does not keep up is closed; it finds the rest when it comes back."""
        if isinstance(item, LiveEvent):
            is_seen = item.position.epoch == self._since.epoch and item.sequence <= self._since.of(item.stream)
            if is_seen or not self._wanted.matches(item):
                return
        else:
            self._since = item.position
        if len(self._waiting) >= self._most or self._bytes >= MOST_BYTES:
            self.close(CloseReason.SLOW)
            return
        self._add(item)

    def _add(self, item: Item) -> None:
        self._waiting.append(item)
        if isinstance(item, LiveEvent):
            self._bytes += len(item.payload)
        self._news.set()

    def close(self, reason: CloseReason) -> None:
        """Let it end; the first reason stands."""
        self.closed = self.closed or reason
        self._news.set()

    def leave(self) -> None:
        """The client has gone."""
        self.is_gone = True
        self._news.set()

    @property
    def is_behind(self) -> bool:
        """Whether something waits to be taken, or was no longer kept for it."""
        return bool(self._waiting) or self.closed is not None

    async def take(self, patience: float) -> list[Item]:
        """All that waits; empty after `patience` seconds, or when it is closed or gone."""
        if not self._waiting and self.closed is None and not self.is_gone:
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(max(patience, 0)):
                    await self._news.wait()
        taken = list(self._waiting)
        self._waiting.clear()
        self._bytes = 0
        return taken
