"""The whole of Interlock, for tests that look at it from outside."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest
from stack_kit import RunningStack


@pytest.fixture(scope="module")
def stack(new_folder: Callable[[], Path]) -> Iterator[RunningStack]:
    """A stack for each file: what one of them makes of the sample program is not what another one expects."""
    running = RunningStack(new_folder() / "home")
    try:
        running.start()
        yield running
    finally:
        if running.supervisor.poll() is None:
            running.stop()


@pytest.fixture
async def api(stack: RunningStack) -> AsyncIterator[httpx.AsyncClient]:
    """The public API as the administrator of the organisation `demo`."""
    headers = {"Authorization": f"Bearer {stack.token}"}
    async with httpx.AsyncClient(base_url=f"{stack.url}/v1", headers=headers, timeout=60) as client:
        yield client
