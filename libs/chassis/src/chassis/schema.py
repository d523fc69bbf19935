"""Which schema this code was written for, told without Alembic: a serving process need not carry it.

A revision's id is the number that its file's name begins with: `versions/0002_titles.py` is revision `0002`.
"""

import importlib
from pathlib import Path

from sqlalchemy import text

from chassis.database import Database


def migrations_of(package: str) -> Path:
    """The folder of the package's revisions: inside it when installed from a wheel, beside its `src` in the source tree."""
    inside = Path(str(importlib.import_module(package).__file__)).parent
    candidates = (inside / "migrations", inside.parent.parent / "migrations")
    return next(candidate for candidate in candidates if candidate.is_dir())


def head_of(package: str) -> str:
    """The package's newest revision."""
    return max(path.stem.partition("_")[0] for path in (migrations_of(package) / "versions").glob("[0-9]*_*.py"))


def is_beyond(current: str | None, head: str) -> bool:
    """Whether a schema has revisions that this code has not.

    Migrations only add, so older code runs on it: during every rollout, and after a rollback.
    """
    return current is not None and int(current) > int(head)


async def check_at_head(database: Database, package: str) -> None:
    """Raise RuntimeError unless the schema has all that this code was written for."""
    head = head_of(package)
    async with database.engine.connect() as connection:
        current = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    if current != head and not is_beyond(current, head):
        raise RuntimeError(f"the schema is at {current}, this code needs {head}: run the migrations")
