"""Routes that take a file."""

import asyncio
from typing import Any, Final

from fastapi import Request, Response

from chassis.problem import Unavailable
from chassis.unit_of_work import Handler, TransactionRoute

MAX_UPLOAD = 64 * 1024 * 1024
"""Bytes of a body with a file."""
AT_ONCE: Final = 2
"""Files that a process takes at once: each is on its disk, in its memory, and on its way to the database."""
PATIENCE: Final = 10.0
"""Seconds that another one waits for its turn."""


class UploadRoute(TransactionRoute):
    """A route whose body may be larger than the usual one (`chassis.app.MAX_BODY`); its path has no parameters."""

    most_bytes = MAX_UPLOAD

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        super().__init__(*arguments, **options)

    def get_route_handler(self) -> Handler:
        """The route's handler, for few at once. It raises Unavailable for whoever waits too long."""
        handler = super().get_route_handler()

        async def one_of_few(request: Request) -> Response:
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._turns.acquire()
            except TimeoutError:
                raise Unavailable("Other files are being taken; try again in some seconds.") from None
            try:
                return await handler(request)
            finally:
                self._turns.release()

        return one_of_few
