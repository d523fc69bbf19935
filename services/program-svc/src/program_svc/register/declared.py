"""A declared record of a program; see `chassis.register`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from chassis.problem import Problem
from chassis.register import declared as generic
from chassis.register.declared import STATE, Broken
from contracts.program_events.registered import Registered
from program_svc.boundaries import LockedProgram
from program_svc.register.tables import HOME

__all__ = ["STATE", "Broken", "Declared", "StateT"]

StateT = TypeVar("StateT", bound=Registered)


@dataclass(frozen=True)
class Declared(generic.Declared[StateT]):
    """One kind of record of a program.

    check: what of it only the database can tell; raises a Problem, one of ``refuses``, NotFound or InvalidRequest. follows: what a change
    brings with it, from the record before and after. derives: fields that follow from a change, from the record before and what changes.
    decided: states that only who may ``decide`` takes it to, by the table of permissions; in which it was decided on, and is not removed.
    """

    home = HOME

    check: Callable[[LockedProgram, Any], Awaitable[None]] | None = None
    refuses: tuple[type[Problem], ...] = ()
    derives: Callable[[LockedProgram, Any, Mapping[str, Any]], Awaitable[dict[str, Any]]] | None = None
    decided: frozenset[str] = frozenset()
    follows: Callable[[LockedProgram, Any, Any], Awaitable[None]] | None = None
