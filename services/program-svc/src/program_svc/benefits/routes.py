"""`/programs/{id}/benefits/{id}/measurements` and `…/forecast`; the benefits themselves are a declared record."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import insert, select
from uuid_utils.compat import uuid7

from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import AlreadyExists, Forbidden, NotFound, responses
from chassis.unit_of_work import Session, TransactionRoute
from contracts.program_events.benefits import MeasurementState
from contracts.program_events.registers import MeasurementRecorded
from contracts.values import Day, Id, Number, Ratio, Shape
from program_svc.benefits.forecast import Period, attainment, latest, level_on, levels, slip
from program_svc.benefits.models import BENEFITS, MEASUREMENTS, MeasurementCreate
from program_svc.benefits.queries import measurements_of, realisations_of
from program_svc.goals.progress import ratio
from program_svc.permissions import Writer
from program_svc.programs.actions import lock_open_program
from program_svc.programs.models import ProgramClosed
from program_svc.programs.queries import positions_of, reflect, the_program
from program_svc.register.actions import find
from program_svc.register.tables import record_of, row_of
from program_svc.tables import now

router = APIRouter(
    prefix="/programs/{program_id}/benefits/{benefit_id}", tags=["benefits"], route_class=TransactionRoute
)

ORDER = Order(
    columns={"on": MEASUREMENTS.c.on, "created_at": MEASUREMENTS.c.created_at},
    default="on",
    identity=MEASUREMENTS.c.id,
)


class BenefitLevel(Shape):
    """The measure at the end of a period, by the plan, by the forecast, and as it was measured last."""

    starts_on: Day
    ends_on: Day
    planned: Number | None
    forecast: Number | None
    actual: Number | None


class BenefitForecast(Shape):
    """When a benefit will be realised, and how far it is."""

    benefit_id: Id
    planned_on: Day | None
    forecast_on: Day | None
    """Null where its milestone is not in the program's network, or nothing says when."""
    slip_days: int | None
    """Calendar days that the forecast is later than the plan."""
    actual: Number | None
    measured_on: Day | None
    planned_now: Number | None
    """Where the measure should stand today by the plan."""
    attainment: Ratio
    """From the baseline (0) to the target (1), uncapped."""
    periods: list[BenefitLevel]
    positions: dict[str, int]


@router.post("/measurements", status_code=201, responses=responses(NotFound, Forbidden, AlreadyExists, ProgramClosed))
async def record_measurement(
    program_id: Id, benefit_id: Id, body: MeasurementCreate, session: Session, writer: Writer
) -> MeasurementState:
    """Record a measured value. Measurements are never changed: a correction is a new one."""
    locked = await lock_open_program(session, program_id)
    await find(session, program_id, BENEFITS, benefit_id)
    at = now()
    measured = MeasurementState(
        id=uuid7(),
        organization_id=locked.organization_id,
        program_id=program_id,
        external_ref=body.external_ref,
        revision=locked.revision,
        created_at=at,
        updated_at=at,
        benefit_id=benefit_id,
        value=body.value,
        on=body.on,
        note=body.note,
        by=writer.subject,
    )
    await session.execute(insert(MEASUREMENTS).values(row_of(measured)))
    locked.record(MeasurementRecorded.of(measured))
    return measured


@router.get("/measurements", responses=responses(NotFound))
async def list_measurements(
    program_id: Id, benefit_id: Id, session: Session, query: Annotated[PageQuery, Query()]
) -> Page[MeasurementState]:
    """What was measured of a benefit. Sort by `on` or `created_at`."""
    await find(session, program_id, BENEFITS, benefit_id)
    statement = select(MEASUREMENTS).where(MEASUREMENTS.c.benefit_id == benefit_id)
    rows, following = await page(session, statement, query, ORDER)
    return Page(items=[record_of(MeasurementState, row._mapping) for row in rows], next=following)  # noqa: SLF001  (SQLAlchemy's documented way)


@router.get("/forecast", responses=responses(NotFound))
async def read_benefit_forecast(
    program_id: Id, benefit_id: Id, session: Session, response: Response, period: Period = Period.MONTH
) -> BenefitForecast:
    """When the benefit will be realised by the program's network, its profile period by period, and how far it is."""
    program = await the_program(session, program_id)
    positions = await positions_of(session, program_id)
    reflect(response, program, positions)
    benefit = await find(session, program_id, BENEFITS, benefit_id)
    measurements = await measurements_of(session, benefit_id)
    forecast_on = (await realisations_of(session, program_id, [benefit]))[benefit_id]
    late, measured = slip(benefit.planned_on, forecast_on), latest(measurements)
    actual = None if measured is None else measured.value
    return BenefitForecast(
        benefit_id=benefit_id,
        planned_on=benefit.planned_on,
        forecast_on=forecast_on,
        slip_days=None if late is None else late.days,
        actual=actual,
        measured_on=None if measured is None else measured.on,
        planned_now=level_on(benefit, benefit.planned_on, datetime.now(UTC).date()),
        attainment=ratio(attainment(benefit, actual)),
        periods=[
            BenefitLevel(
                starts_on=each.starts_on,
                ends_on=each.ends_on,
                planned=each.planned,
                forecast=each.forecast,
                actual=each.actual,
            )
            for each in levels(benefit, forecast_on, measurements, period)
        ],
        positions={str(project_id): revision for project_id, revision in positions.items()},
    )
