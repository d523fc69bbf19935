"""A session whose work will be one statement (`chassis.at_once`): what it knows of that, and what it therefore may not be asked."""

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.rows import Write
from chassis.short_cuts import Unusual

_EXPECTED = "chassis.one_statement.expected"


def begin(session: AsyncSession) -> AsyncSession:
    """The session, which is to find out what one statement will write, and writes nothing itself."""
    session.info[_EXPECTED] = None
    return session


def is_one_statement(session: AsyncSession) -> bool:
    """Whether all that is recorded in the session will be one statement."""
    return _EXPECTED in session.info


def expect(session: AsyncSession, table: str, statement: str, *values: object) -> None:
    """What takes the boundary's next revision: an UPDATE (a constant with `$1`, `$2` …) of one row, which fits none if another revision was taken."""
    session.info[_EXPECTED] = Write(table, statement, values)


def expected(session: AsyncSession) -> Write:
    """What was said to `expect`. Raises Unusual if nothing was: no revision is taken."""
    told: Write | None = session.info[_EXPECTED]
    if told is None:
        raise Unusual
    return told


def check_can_ask(session: AsyncSession) -> None:
    """Raise Unusual unless the database can be asked for what was to be sent along: it will not be there before the end."""
    if is_one_statement(session):
        raise Unusual
