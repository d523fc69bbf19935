"""Portfolios: what the organisation groups its programs, and projects outside programs, by."""

from contracts.events import Event, RecordEvent
from contracts.project_events.baselines import ContentHash
from contracts.project_events.reports import StatusReportFields
from contracts.subjects import BoundaryKind
from contracts.values import ExternalRef, Id, Instant, Key, Label, Name, Shape, Text


class PortfolioState(Shape):
    """Programs and projects that serve one part of the organisation's strategy; portfolios may stand below each other."""

    id: Id
    organization_id: Id
    external_ref: ExternalRef | None
    parent_id: Id | None
    key: Key
    name: Name
    description: Text
    owner: Label
    revision: int
    created_at: Instant
    updated_at: Instant


class PortfolioEvent(RecordEvent[PortfolioState]):
    """About one portfolio of the organisation."""

    boundary = BoundaryKind.STRATEGY
    record = "portfolio"
    path = "portfolios/{id}"


class PortfolioCreated(PortfolioEvent):
    """A portfolio was set up."""

    happened = "created"


class PortfolioUpdated(PortfolioEvent):
    """A portfolio's own fields changed."""

    happened = "updated"


class PortfolioDeleted(PortfolioEvent):
    """A portfolio that held nothing any more was removed."""

    happened = "deleted"


class PortfolioProjectState(Shape):
    """The membership of a project that is in no program; a project is in at most one portfolio."""

    organization_id: Id
    portfolio_id: Id
    project_id: Id
    revision: int
    created_at: Instant


class PortfolioProjectEvent(RecordEvent[PortfolioProjectState]):
    """About the membership of a project that is in no program."""

    boundary = BoundaryKind.STRATEGY
    record = "portfolio_project"
    path = "portfolios/{portfolio_id}/projects/{project_id}"


class PortfolioProjectAdded(PortfolioProjectEvent):
    """A project joined the portfolio."""

    happened = "added"


class PortfolioProjectRemoved(PortfolioProjectEvent):
    """A project left the portfolio, or joined a program, or was deleted."""

    happened = "removed"


class PortfolioReportState(StatusReportFields):
    """A report on a portfolio's programs, as it was published. It never changes; its figures: `GET …/status-reports/{id}`."""

    id: Id
    organization_id: Id
    portfolio_id: Id
    content_hash: ContentHash
    published_by: Label
    revision: int
    created_at: Instant
    updated_at: Instant


class PortfolioReportCreated(RecordEvent[PortfolioReportState]):
    """A report on a portfolio was published."""

    boundary = BoundaryKind.STRATEGY
    record = "portfolio_report"
    happened = "created"
    path = "portfolios/{portfolio_id}/status-reports/{id}"


EVENTS: tuple[type[Event], ...] = (
    PortfolioCreated,
    PortfolioUpdated,
    PortfolioDeleted,
    PortfolioProjectAdded,
    PortfolioProjectRemoved,
    PortfolioReportCreated,
)
"""Every event version about portfolios."""
