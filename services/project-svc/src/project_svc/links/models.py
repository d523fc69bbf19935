"""A link between two tasks of one project: its table, and its shapes on the wire."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field

from chassis.patch import unset
from contracts.project_events import LinkState
from contracts.values import MINUTES_PER_DAY, Duration, ExternalRef, Id, Shape, WrittenDuration
from contracts.vocabulary import LagCalendar, LinkType
from project_svc.calendars.models import hours_of
from project_svc.records import INSTANT, MINUTES, ProjectRecord, words


class Link(ProjectRecord, table=True):
    """What must come before what. The foreign keys hold both ends in the link's own project."""

    __tablename__ = "links"
    __table_args__ = (
        UniqueConstraint("predecessor_id", "successor_id", "type", "lag", name="uq_links_same"),
        UniqueConstraint("organization_id", "external_source", "external_id", name="uq_links_external_ref"),
        ForeignKeyConstraint(["project_id", "predecessor_id"], ["tasks.project_id", "tasks.id"]),
        ForeignKeyConstraint(["project_id", "successor_id"], ["tasks.project_id", "tasks.id"]),
        CheckConstraint("predecessor_id <> successor_id", name="two_ends"),
        Index("ix_links_project_id_id", "project_id", "id"),
        Index("ix_links_successor_id", "successor_id"),
    )

    predecessor_id: UUID
    successor_id: UUID
    type: LinkType = Field(sa_type=words(LinkType))
    lag: int = Field(sa_type=MINUTES)
    minutes_per_day: int = Field(default=MINUTES_PER_DAY, sa_type=MINUTES)
    """What `P1D` stands for in the lag: the day of its lag calendar (`project_svc.calendars.days`)."""
    lag_calendar: LagCalendar = Field(sa_type=words(LagCalendar))
    updated_at: datetime = Field(sa_type=INSTANT)

    def wire(self) -> LinkState:
        """The link as events and answers show it."""
        return LinkState(
            id=self.id,
            organization_id=self.organization_id,
            project_id=self.project_id,
            external_ref=self.external_ref,
            predecessor_id=self.predecessor_id,
            successor_id=self.successor_id,
            type=self.type,
            hours_per_day=hours_of(self.minutes_per_day),
            lag=Duration(self.lag, self.minutes_per_day),
            lag_calendar=self.lag_calendar,
            revision=self.revision,
            created_at=self.created_at,
            updated_at=self.updated_at,
        )


class LinkCreate(Shape):
    """What a new link is made of. A negative lag is a lead."""

    predecessor_id: Id
    successor_id: Id
    type: LinkType = LinkType.FS
    lag: WrittenDuration = WrittenDuration()
    lag_calendar: LagCalendar = LagCalendar.SUCCESSOR
    external_ref: ExternalRef | None = None


class LinkUpdate(Shape):
    """What may change of a link: a JSON Merge Patch. Its ends stay."""

    type: LinkType = unset()
    lag: WrittenDuration = unset()
    lag_calendar: LagCalendar = unset()
