"""A process is killed, or paused, at the worst moment: between two steps that belong together."""

import asyncio
import os
import signal
from datetime import UTC, datetime, timedelta

import pytest

from chassis import streams
from contracts.subjects import Stream

pytestmark = pytest.mark.slow

WINDOW = 1.0
"""Seconds in which the server knows a message's id."""


async def ended(process, within=60):
    assert await asyncio.to_thread(process.wait, within) == -signal.SIGKILL


async def test_a_relay_is_killed_between_publishing_and_marking(world, bus, worker_process):
    """The duplicate window is over when the next relay comes, so that the server would take the messages again."""
    dying = worker_process(f"""
    streams.DUPLICATE_WINDOW = {WINDOW}

    async def mark(*_):
        die()
    backlog.Backlog.mark = mark
    """)
    await world.write(30)
    await ended(dying)
    assert not await world.is_sent()
    sent = await streams.state(bus.jetstream, Stream.PROJECT)
    assert sent.last > 0
    last = await bus.jetstream.get_msg("PROJECT", sent.last)
    await world.kit.eventually(lambda: datetime.now(UTC) - last.time > timedelta(seconds=1.5 * WINDOW))
    worker_process(f"streams.DUPLICATE_WINDOW = {WINDOW}")
    await world.ends_well()
    assert await world.is_told_in_order()
    assert (await bus.jetstream.stream_info("PROJECT")).config.duplicate_window == WINDOW
    again = await bus.jetstream.publish(last.subject, last.data, headers={"Nats-Msg-Id": last.headers["Nats-Msg-Id"]})
    assert not again.duplicate  # the server itself would have stored every one of them twice


async def test_a_consumer_is_killed_between_commit_and_acknowledgement(world, worker_process):
    dying = worker_process("""
    commit = consumer.Consumer._commit

    async def commit_and_die(self, *values):
        await commit(self, *values)
        die()
    consumer.Consumer._commit = commit_and_die
    """)
    await world.write(20)
    await ended(dying)
    worker_process()
    await world.ends_well()


BEFORE_PUBLISHING = """
    from chassis.relay import Relay
    publish = Relay._publish

    async def pause_and_publish(self, rows, base):
        pause()
        return await telling(publish(self, rows, base))
    Relay._publish = pause_and_publish
"""
BEFORE_MARKING = """
    mark = backlog.Backlog.mark

    async def pause_and_mark(self, rows, last, epoch):
        pause()
        return await telling(mark(self, rows, last, epoch))
    backlog.Backlog.mark = pause_and_mark
"""
BEFORE_THE_COMMIT = """
    commit, draw = consumer.Consumer._commit, see

    async def see(session, event):
        await draw(session, event)
        pause()

    async def commit_and_tell(self, *values):
        return await telling(commit(self, *values))
    consumer.Consumer._commit = commit_and_tell
"""
ONCE = """
    moments = iter([signal.SIGSTOP])

    def pause():
        for moment in moments:
            os.kill(os.getpid(), moment)

    async def telling(doing):
        try:
            return await doing
        except Exception as error:
            open({told!r}, "a").write(f"{{type(error).__name__}}: {{error}}")
            raise
"""


@pytest.mark.parametrize(
    ("moment", "told", "pause"),
    [
        pytest.param(BEFORE_PUBLISHING, "(10071)", 1.0, id="before publishing"),
        pytest.param(BEFORE_PUBLISHING, "(10071)", 30.0, id="before publishing, 30 seconds", marks=pytest.mark.long),
        pytest.param(BEFORE_MARKING, "connection", 0.0, id="before marking"),
        pytest.param(BEFORE_THE_COMMIT, "connection", 0.0, id="before the commit"),
    ],
)
async def test_a_paused_worker_wakes_up_as_a_zombie(world, worker_process, tmp_path, moment, told, pause):
    """Its sessions were cut and somebody else took over; it goes on with what it has in hand, which must not count.

    Nor does the server know the ids of the messages by then: what it would take is refused for its place alone.
    """
    failed, forgets = tmp_path / "failed", f"\n    streams.DUPLICATE_WINDOW = {WINDOW / 10}\n"
    paused = worker_process(forgets + ONCE.format(told=str(failed)) + moment)
    await world.write(20)
    await world.kit.eventually(lambda: is_stopped(paused), within=60)
    await world.write(20)
    await cut_sessions(world)
    worker_process(forgets)
    await world.ends_well()
    await asyncio.sleep(pause)  # how long it is away
    os.kill(paused.pid, signal.SIGCONT)
    await world.kit.eventually(lambda: failed.exists() and told in failed.read_text())
    await world.write(20, pause=0.02)
    await world.ends_well()
    assert await world.is_told_in_order()
    assert paused.poll() is None, "it did not survive"


async def test_an_idle_worker_is_paused_and_wakes_up_to_what_others_were_sent(world, worker_process):
    paused = worker_process()
    await world.write(4)
    await world.ends_well()
    os.kill(paused.pid, signal.SIGSTOP)
    await world.write(20)
    await cut_sessions(world)
    worker_process()
    await world.ends_well()
    os.kill(paused.pid, signal.SIGCONT)
    await world.write(20, pause=0.02)
    await world.ends_well()
    assert await world.is_told_in_order()


async def cut_sessions(world):
    """Those of the workers, with their locks."""
    holders = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND application_name IN ('relay', 'messaging-svc worker')"
    await world.service.rows(holders, name=world.service.name)


def is_stopped(process):
    """Whether it stands still, and not at its end."""
    return os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None
