"""A record that differs from others in its fields and states alone is declared, not written out.

A declaration names the contract's shapes and events, the states and the rules; the table, the actions and the routes follow from it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Generic

from pydantic import create_model
from sqlalchemy import Table

from chassis.paging import Order, PageQuery
from chassis.patch import unset
from chassis.problem import invalid
from chassis.register.tables import Home, StateT, plain_type
from contracts.lives import Life
from contracts.values import ExternalRef, Shape

STATE = "state"
STATES_OF_NAMED = {"superseded_by_id": "decided"}
"""Fields whose record has come to a state, and the state: what is still proposed takes no decision's place."""

Broken = tuple[str, str, str]
"""What is wrong: the field's pointer, the rule's name, the message."""


def nothing_else(_: Any) -> Iterable[Broken]:
    """The rules of a record that has none beyond its fields' own."""
    return ()


@dataclass(frozen=True)
class Declared(Generic[StateT]):
    """One kind of record. A service derives its own class from this, with its `home`.

    name, collection: as in events and paths. fields: what people write of it; state: the whole. steps: from each state, those that may
    follow; none for a record without states. begins: the state of a new one. filters: fields that a list takes as filters. sorts: fields
    that are never null. rules: what must go together. about: one sentence for the API's document.
    """

    home: ClassVar[Home]

    name: str
    collection: str
    about: str
    fields: type[Shape]
    state: type[StateT]
    life: Life[StateT]
    filters: tuple[str, ...]
    sorts: tuple[str, ...]
    steps: Mapping[str, tuple[str, ...]] | None = None
    begins: str | None = None
    rules: Callable[[Any], Iterable[Broken]] = nothing_else

    @cached_property
    def table(self) -> Table:
        """Its table, one column a field."""
        return self.home.table_for(self.collection, self.state)

    @property
    def one(self) -> str:
        """The record with its article: `an issue`."""
        return f"{'an' if self.name[0] in 'aeiou' else 'a'} {self.name.replace('_', ' ')}"

    @property
    def class_name(self) -> str:
        """The beginning of its shapes' names: `ChangeRequest`."""
        return self.name.title().replace("_", "")

    @cached_property
    def create(self) -> type[Shape]:
        """What a new one is made of."""
        return create_model(
            f"{self.class_name}Create",
            __base__=self.fields,
            __doc__=f"What a new {self.name} is made of.",
            external_ref=(ExternalRef | None, None),
        )

    @cached_property
    def update(self) -> type[Shape]:
        """What may change of one: a JSON Merge Patch."""
        names = (*self.fields.model_fields, *((STATE,) if self.steps else ()))
        changeable: dict[str, Any] = {name: (self._annotation(name), unset()) for name in names}
        return create_model(
            f"{self.class_name}Update",
            __base__=Shape,
            __doc__="What may change: a JSON Merge Patch.",
            **changeable,
        )

    @cached_property
    def query(self) -> type[PageQuery]:
        """What a list of them takes."""
        wanted: dict[str, Any] = {name: (self._asked(name) | None, None) for name in self.filters}
        return create_model(
            f"{self.class_name}Query", __base__=PageQuery, __doc__=f"Which {self.collection}.", **wanted
        )

    @cached_property
    def order(self) -> Order:
        """The orders that a list of them offers."""
        columns = {name: self.table.c[name] for name in ("created_at", "updated_at", *self.sorts)}
        return Order(columns=columns, default="created_at", identity=self.table.c.id)

    def _annotation(self, name: str) -> Any:
        """A field's type with the checks that the contract puts on it."""
        field = self.state.model_fields[name]
        return field.rebuild_annotation()

    def _asked(self, name: str) -> Any:
        """A field's type in a query, where `true` is text."""
        plain, _ = plain_type(self.state.model_fields[name].annotation)
        return bool if plain is bool else self._annotation(name)


def check_named_state(name: str, named: Mapping[Any, Any]) -> None:
    """Raise InvalidRequest if the record that a field names has not come to where the field asks it to be. named: its row."""
    wanted = STATES_OF_NAMED.get(name, named.get(STATE))
    if named.get(STATE) != wanted:
        message = f"It is {named[STATE]}; what is named here is {wanted}."
        raise invalid(f"/{name}", f"not_{wanted}", message)
