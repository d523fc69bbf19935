"""What is done once a transaction is committed, and not at all where it, or the part of it that asked, is undone."""

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncSession

_WAITING = "chassis.commits.waiting"


def on_commit(session: AsyncSession, done: Callable[[], None]) -> None:
    """Do this when the session's transaction is committed: one of the chassis', which are begun and ended past SQLAlchemy.

    Whoever goes back to a savepoint goes back to the session's `info` of that time, and so to what waited then.
    """
    session.info[_WAITING] = (*session.info.get(_WAITING, ()), done)


def committed(session: AsyncSession) -> None:
    """Do what waits: the server has said that the session's transaction is committed."""
    for done in session.info.pop(_WAITING, ()):
        done()
