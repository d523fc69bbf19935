"""`/portfolios/{id}/status-reports`: for who sees all programs of the organisation."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import JsonValue
from sqlmodel import col, select

from chassis.etag import stamp
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import Forbidden, NotFound, Unavailable, responses
from chassis.unit_of_work import Session, TransactionRoute
from contracts.program_events.portfolios import PortfolioReportState
from contracts.project_events.reports import StatusReportFields
from contracts.values import Id, Shape
from pictures import HEADERS, MEDIA_TYPE, TooBusy, draw
from program_svc.boundaries import lock_strategy
from program_svc.permissions import Writer
from program_svc.portfolios.actions import the_portfolio
from program_svc.portfolios.page import drawings_of, page_of
from program_svc.portfolios.reports import PortfolioReport, publish_portfolio_report, report_state, the_report
from program_svc.reports.routes import HTML

router = APIRouter(
    prefix="/portfolios/{portfolio_id}/status-reports", tags=["portfolios"], route_class=TransactionRoute
)

ORDER = Order(
    columns={
        "created_at": col(PortfolioReport.created_at),
        "ends_on": col(PortfolioReport.ends_on),
        "title": col(PortfolioReport.title),
    },
    default="created_at",
    identity=col(PortfolioReport.id),
)


class PortfolioReportRead(Shape):
    """A report with the figures as they stood."""

    report: PortfolioReportState
    content: dict[str, JsonValue]


@router.post("", status_code=201, responses=responses(NotFound, Forbidden))
async def publish_portfolio_status_report(
    portfolio_id: Id, body: StatusReportFields, session: Session, writer: Writer, response: Response
) -> PortfolioReportState:
    """Publish a report. The figures of the portfolio's programs are frozen into it, and it never changes."""
    locked = await lock_strategy(session, writer.organization_id)
    report = await publish_portfolio_report(session, locked, portfolio_id, body, writer.subject)
    stamp(response, report)
    return report_state(report)


@router.get("", responses=responses(NotFound))
async def list_portfolio_status_reports(
    portfolio_id: Id, session: Session, query: Annotated[PageQuery, Query()]
) -> Page[PortfolioReportState]:
    """The portfolio's reports, without their figures. Sort by `created_at`, `ends_on` or `title`."""
    await the_portfolio(session, portfolio_id)
    found = select(PortfolioReport).where(col(PortfolioReport.portfolio_id) == portfolio_id)
    reports, following = await page(session, found, query, ORDER)
    return Page(items=[report_state(report) for report in reports], next=following)


@router.get("/{portfolio_report_id}", responses=responses(NotFound))
async def read_portfolio_status_report(
    portfolio_id: Id, portfolio_report_id: Id, session: Session, response: Response
) -> PortfolioReportRead:
    """One report, with the figures as they stood when it was published."""
    report = await the_report(session, portfolio_id, portfolio_report_id)
    stamp(response, report)
    return PortfolioReportRead(report=report_state(report), content=report.content)


@router.get("/{portfolio_report_id}/page", response_class=Response, responses=HTML | responses(NotFound, Unavailable))
async def print_portfolio_status_report(portfolio_id: Id, portfolio_report_id: Id, session: Session) -> Response:
    """The same as one page to print, with its pictures: programs over time, S-curves, dependency map, risk matrix, goal tree. It loads and runs nothing."""
    report = await the_report(session, portfolio_id, portfolio_report_id)
    wanted = drawings_of(report.content)
    try:
        pictures = dict(zip(wanted, await draw(list(wanted.values())), strict=True))
    except TooBusy as error:
        raise Unavailable("Too many pages are being drawn.", retry_after=5) from error
    return Response(page_of(report_state(report), report.content, pictures), media_type=MEDIA_TYPE, headers=HEADERS)
