"""A portfolio: programs, and projects outside programs, that serve one part of the organisation's strategy."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from chassis.patch import unset
from chassis.problem import Conflict
from contracts.program_events.portfolios import PortfolioState
from contracts.values import ExternalRef, Id, Key, Label, Name, Shape, Text
from program_svc.tables import Record


class PortfolioCycle(Conflict):
    """A portfolio cannot stand below itself; ``path`` is the cycle, first id = last id."""

    slug, title = "cycle", "This closes a cycle"


class PortfolioNotEmpty(Conflict):
    """Only a portfolio without programs, without projects and without portfolios below it can be deleted."""

    slug, title = "portfolio-not-empty", "The portfolio still holds something"


class Portfolio(Record, table=True):
    """One node of the organisation's tree of portfolios."""

    __tablename__ = "portfolios"
    __table_args__ = (
        sa.UniqueConstraint("organization_id", "key"),
        sa.UniqueConstraint("organization_id", "external_source", "external_id"),
    )

    parent_id: UUID | None = Field(default=None, foreign_key="portfolios.id", index=True)
    key: str
    name: str
    description: str = ""
    owner: str = ""


class PortfolioCreate(Shape):
    """A new portfolio, on its own or below another."""

    parent_id: Id | None = None
    key: Key
    name: Name
    description: Text = ""
    owner: Label = ""
    external_ref: ExternalRef | None = None


class PortfolioUpdate(Shape):
    """A change of a portfolio (JSON Merge Patch): what is absent stays."""

    parent_id: Id | None = unset()
    key: Key = unset()
    name: Name = unset()
    description: Text = unset()
    owner: Label = unset()


def state_of(portfolio: Portfolio) -> PortfolioState:
    """The portfolio as it goes over the wire."""
    return PortfolioState(
        id=portfolio.id,
        organization_id=portfolio.organization_id,
        external_ref=portfolio.external_ref,
        parent_id=portfolio.parent_id,
        key=portfolio.key,
        name=portfolio.name,
        description=portfolio.description,
        owner=portfolio.owner,
        revision=portfolio.revision,
        created_at=portfolio.created_at,
        updated_at=portfolio.updated_at,
    )
