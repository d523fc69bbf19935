"""A declared record of a program; see `chassis.register`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from chassis.register import declared as generic
from chassis.register.declared import STATE, Broken
from contracts.program_events.registered import Registered
from program_svc.boundaries import LockedProgram
from program_svc.register.tables import HOME

__all__ = ["STATE", "Broken", "Declared", "StateT"]

StateT = TypeVar("StateT", bound=Registered)


@dataclass(frozen=True)
class Declared(generic.Declared[StateT]):
    """One kind of record of a program. check: what of it only the database can tell; raises a Problem."""

    home = HOME

    check: Callable[[LockedProgram, Any], Awaitable[None]] | None = None
