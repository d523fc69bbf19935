"""The declared records of a project; see `chassis.register`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

from pydantic import create_model
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.paging import Order, PageQuery
from chassis.register import declared as generic
from chassis.register.declared import STATE, Broken
from contracts.lives import Life
from contracts.project_events.registered import Registered
from project_svc.register.tables import HOME
from project_svc.written import RecordQuery, ranged

__all__ = ["STATE", "Broken", "Declared", "Older", "StateT"]

StateT = TypeVar("StateT", bound=Registered)


def _never(_: Any) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Older:
    """The events of a version before. shown: a record's state as they tell it."""

    life: Life[Any]
    shown: Callable[[Any], Registered]


@dataclass(frozen=True)
class Declared(generic.Declared[StateT]):
    """One kind of record of a project.

    days: its first and its last day, or the one that is both; null where nobody has said it. A list is sorted by them, and `since` and `until`
    ask for what has a day in the range; without one, for what was written down in it.
    """

    home = HOME

    days: tuple[str, ...] = ()
    fixed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By state, fields that were said when the record came to it: they change with a step alone."""
    stays: Callable[[Any], bool] = _never
    """Whether a record takes no step any more, whatever its state would allow."""

    older: "Older | None" = None
    """How the version of its events before the present one tells a record, while both are said."""
    unmet: Callable[[AsyncSession, Any], Awaitable[Sequence[str]]] | None = None
    """What a record still needs for the state that it has come to, by the names of conditions that hang on other records."""

    def steps_of(self, record: StateT) -> Mapping[str, tuple[str, ...]]:
        """From each state, those that may follow for this record."""
        steps = self.steps or {}
        return {**steps, getattr(record, STATE): ()} if self.stays(record) else steps

    @cached_property
    def query(self) -> type[PageQuery]:
        """What a list of them takes."""
        plain = super().query
        days = self.days or ("created_at",)
        return create_model(plain.__name__, __base__=(RecordQuery, plain), __doc__=plain.__doc__, **ranged(*days))

    @cached_property
    def order(self) -> Order:
        """The orders that a list of them offers."""
        plain = super().order
        return replace(plain, columns={**plain.columns, **{name: self.table.c[name] for name in self.days}})
