"""A resource: its table, and its shapes on the wire."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import Field as ShapeField
from sqlalchemy import ForeignKeyConstraint, Index, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from chassis.patch import unset
from chassis.problem import Conflict
from contracts.project_events.resources import Rate, Rates, ResourceKind, ResourceState
from contracts.values import ExternalRef, Id, Label, Name, Shape, Text, Units
from project_svc.records import INSTANT, ProjectRecord, words

ONE = Decimal(1)


class ResourceInUse(Conflict):
    """Work is assigned to the resource; `uses` counts it. Assign it to somebody else first."""

    slug, title = "resource-in-use", "Work is assigned to this resource"


class Resource(ProjectRecord, table=True):
    """Who or what does the work. Rates are kept as they go over the wire, in the order of their days."""

    __tablename__ = "resources"
    __table_args__ = (
        UniqueConstraint("project_id", "id"),
        UniqueConstraint("organization_id", "external_source", "external_id", name="uq_resources_external_ref"),
        ForeignKeyConstraint(
            ["project_id", "calendar_id"], ["calendars.project_id", "calendars.id"], name="fk_resources_calendar_id"
        ),
        Index("ix_resources_calendar_id", "calendar_id"),
    )

    name: str
    kind: ResourceKind = Field(sa_type=words(ResourceKind))
    description: str
    email: str
    group: str
    calendar_id: UUID | None = None
    units: Decimal = Field(sa_type=Numeric)
    unit: str
    rates: list[dict[str, Any]] = Field(sa_type=JSONB)
    updated_at: datetime = Field(sa_type=INSTANT)

    def wire(self) -> ResourceState:
        """The resource as events and answers show it."""
        return ResourceState(
            id=self.id,
            organization_id=self.organization_id,
            project_id=self.project_id,
            external_ref=self.external_ref,
            name=self.name,
            kind=self.kind,
            description=self.description,
            email=self.email,
            group=self.group,
            calendar_id=self.calendar_id,
            units=self.units,
            unit=self.unit,
            rates=[Rate.model_validate(each) for each in self.rates],
            revision=self.revision,
            created_at=self.created_at,
            updated_at=self.updated_at,
        )


class ResourceCreate(Shape):
    """What a new resource is made of. Its kind stays."""

    name: Name
    kind: ResourceKind = ResourceKind.WORK
    description: Text = ""
    email: Label = ""
    group: Label = ""
    calendar_id: Id | None = None
    units: Units = ONE
    unit: Label = ""
    rates: Rates = ShapeField(default_factory=list)
    external_ref: ExternalRef | None = None


class ResourceUpdate(Shape):
    """What may change of a resource: a JSON Merge Patch. Rates are replaced as a whole."""

    name: Name = unset()
    description: Text = unset()
    email: Label = unset()
    group: Label = unset()
    calendar_id: Id | None = unset()
    units: Units = unset()
    unit: Label = unset()
    rates: Rates = unset()
