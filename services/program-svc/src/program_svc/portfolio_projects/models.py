"""A project that no program coordinates, and that is in a portfolio nevertheless."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from chassis.problem import Conflict
from contracts.program_events.portfolios import PortfolioProjectState
from contracts.values import Id, Shape
from program_svc.tables import Record


class AlreadyInPortfolio(Conflict):
    """A project is in one portfolio at most; ``portfolio_id`` says in which."""

    slug, title = "already-in-portfolio", "The project is in a portfolio already"


class PortfolioProject(Record, table=True):
    """A project's membership. One that joins a program is in that program's portfolio, and in no other."""

    __tablename__ = "portfolio_projects"
    __table_args__ = (sa.UniqueConstraint("organization_id", "project_id"),)

    portfolio_id: UUID = Field(foreign_key="portfolios.id", index=True)
    project_id: UUID


class PortfolioProjectCreate(Shape):
    """A project that is to be in the portfolio."""

    project_id: Id


def state_of(member: PortfolioProject) -> PortfolioProjectState:
    """The membership as it goes over the wire."""
    return PortfolioProjectState(
        organization_id=member.organization_id,
        portfolio_id=member.portfolio_id,
        project_id=member.project_id,
        revision=member.revision,
        created_at=member.created_at,
    )
