"""A second set of a projection's tables beside the one in use, to be filled while everybody reads the first, and put in its place.

It lies in the schema `picture_next`; whoever puts that schema first on the search path reads and fills it with the same code as the one
in use. The switch moves tables between schemas within one transaction: their rows, indexes, rights and policies go along. What was in
use until then is kept in `picture_before`, until the next set is begun.

The schemas and the functions that move tables are made by a migration: `chassis.beside_schema`.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.statements import execute

NEXT = "picture_next"
SEARCH_PATH = f"{NEXT}, public"

# Every batch of events begins with a lock on this table (`chassis.progress`), so this waits for the one under way and holds the next one off.
_HOLD_OFF = "LOCK TABLE public.parked_boundaries IN EXCLUSIVE MODE"


async def begin(session: AsyncSession) -> None:
    """Begin an empty set; one that was begun before and the one before the present are dropped."""
    await execute(session, "SELECT public.begin_picture()")


async def analyze(session: AsyncSession) -> None:
    """Let the planner know what is in it, so that the first statements after the switch are planned as the last before it."""
    await execute(session, "SELECT public.analyze_picture()")


async def hold_off(session: AsyncSession) -> None:
    """Until the end of the transaction no consumer applies anything to the picture in use. Readers do not notice."""
    await execute(session, _HOLD_OFF)


async def switch(session: AsyncSession) -> None:
    """Put the set in the place of the one in use, with the session's commit.

    Raises asyncpg.LockNotAvailableError when readers do not let go within half a second, and
    asyncpg.ObjectNotInPrerequisiteStateError when a migration has changed the tables since `begin`.
    """
    await execute(session, "SELECT public.switch_picture()")
