"""A component: a project that takes part in a program, and in no other."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from chassis.problem import Conflict
from contracts.program_events import ComponentState
from contracts.values import Id, Shape
from program_svc.tables import Record


class AlreadyComponent(Conflict):
    """The project takes part in a program already; ``program_id`` says in which."""

    slug, title = "already-component", "The project is in a program already"


class Component(Record, table=True):
    """A project's membership."""

    __tablename__ = "components"
    __table_args__ = (sa.UniqueConstraint("organization_id", "project_id"),)

    program_id: UUID = Field(foreign_key="programs.id", index=True)
    project_id: UUID


class ComponentCreate(Shape):
    """A project that is to join the program."""

    project_id: Id


class ComponentRead(ComponentState):
    """A component with what the program knows of its project."""

    key: str
    name: str
    state: str
    position: int
    """The project's revision that the program's picture reflects."""


def state_of(component: Component) -> ComponentState:
    """The membership as it goes over the wire."""
    return ComponentState(
        organization_id=component.organization_id,
        program_id=component.program_id,
        project_id=component.project_id,
        revision=component.revision,
        created_at=component.created_at,
    )
