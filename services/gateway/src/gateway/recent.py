"""A bounded memory of recent look-ups: a value is good for a few seconds, and is looked up once however many ask at once."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")


class Recent(Generic[KeyT, ValueT]):
    """Key → value, kept `lifetime` seconds, the `most` latest ones. A failed look-up is not kept."""

    def __init__(self, lifetime: float, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._lifetime = lifetime
        self._most = most
        self._clock = clock
        self._kept: OrderedDict[KeyT, tuple[float, asyncio.Task[ValueT]]] = OrderedDict()

    async def get(self, key: KeyT, look_up: Callable[[], Awaitable[ValueT]]) -> ValueT:
        """The kept value, or a fresh one. Raises what the look-up raises."""
        kept = self._kept.get(key)
        if kept is not None and self._clock() < kept[0]:
            task = kept[1]
            if task.done():
                return task.result()
        else:
            task = self._start(key, look_up)
        # Shielded: a client that goes away must not take the look-up from the others that wait for it.
        return await asyncio.shield(task)

    def __contains__(self, key: KeyT) -> bool:
        return key in self._kept

    def forget(self, key: KeyT) -> None:
        """Look it up afresh next time."""
        self._kept.pop(key, None)

    def forget_those(self, which: Callable[[ValueT], bool]) -> None:
        """Look up afresh next time whatever has such a value, and what is being looked up: it may have been read before the change."""
        for key, (_, task) in list(self._kept.items()):
            if not task.done() or task.cancelled() or task.exception() is not None or which(task.result()):
                self.forget(key)

    def _start(self, key: KeyT, look_up: Callable[[], Awaitable[ValueT]]) -> asyncio.Task[ValueT]:
        async def looked_up() -> ValueT:
            return await look_up()

        task = asyncio.create_task(looked_up())
        self._kept[key] = (self._clock() + self._lifetime, task)
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

        def drop_if_failed(done: asyncio.Task[ValueT]) -> None:
            failed = done.cancelled() or done.exception() is not None
            if failed and self._kept.get(key, (0, None))[1] is done:
                self.forget(key)

        task.add_done_callback(drop_if_failed)
        return task
