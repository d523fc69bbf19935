import asyncio

import pytest

from gateway.recent import Recent


async def test_a_value_is_looked_up_once_however_many_ask():
    looked_up = 0

    async def look_up() -> int:
        nonlocal looked_up
        looked_up += 1
        await asyncio.sleep(0)
        return looked_up

    recent: Recent[str, int] = Recent(5, 10)
    assert await asyncio.gather(*(recent.get("a", look_up) for _ in range(20))) == [1] * 20
    assert await recent.get("b", look_up) == 2


async def test_who_goes_away_does_not_take_the_look_up_from_the_others():
    release = asyncio.Event()

    async def look_up() -> str:
        await release.wait()
        return "found"

    recent: Recent[str, str] = Recent(5, 10)
    leaver, stayer = (asyncio.create_task(recent.get("a", look_up)) for _ in range(2))
    await asyncio.sleep(0)
    leaver.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaver
    release.set()
    assert await stayer == "found"


async def test_a_failure_is_told_to_all_who_wait_and_not_kept():
    answers = [OSError("down"), "up"]

    async def look_up() -> str:
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    recent: Recent[str, str] = Recent(5, 10)
    failed = await asyncio.gather(*(recent.get("a", look_up) for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in failed] == [OSError] * 3
    assert await recent.get("a", look_up) == "up"


async def test_only_the_latest_are_kept():
    async def of(key: int) -> int:
        return key

    recent: Recent[int, int] = Recent(5, 2)
    for key in range(5):
        await recent.get(key, lambda key=key: of(key))
    assert list(recent._kept) == [3, 4]
