"""The declared records of a project; see `chassis.register`."""

from typing import TypeVar

from chassis.register import declared as generic
from chassis.register.declared import STATE, Broken
from contracts.project_events.registered import Registered
from project_svc.register.tables import HOME

__all__ = ["STATE", "Broken", "Declared", "StateT"]

StateT = TypeVar("StateT", bound=Registered)


class Declared(generic.Declared[StateT]):
    """One kind of record of a project."""

    home = HOME
