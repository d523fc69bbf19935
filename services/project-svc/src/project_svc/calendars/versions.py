"""What a calendar said in each of its versions: its rows, which stay as they are, and how they are read."""

from typing import Annotated, Any, TypeAlias
from uuid import UUID

from fastapi import Path, Response
from sqlmodel import Field, col

from chassis.paging import Order, PageQuery
from chassis.problem import NotFound
from chassis.statements import fetch_row
from chassis.unit_of_work import UnitOfWork
from contracts.project_events.states import CalendarContent
from contracts.values import Id, Instant
from project_svc.calendars.models import Calendar, CalendarDays
from project_svc.records import REVISION, table_of
from project_svc.written import Form, hours_per_day

Version: TypeAlias = Annotated[int, Path(ge=1, le=2**63 - 1, description="1 is what it said first")]


class CalendarVersion(CalendarDays, table=True):
    """A project's calendar as it was from `updated_at` on. revision: the project's, at which it came."""

    __tablename__ = "calendar_versions"

    calendar_id: UUID = Field(primary_key=True, foreign_key="calendars.id", ondelete="CASCADE")
    version: int = Field(primary_key=True, sa_type=REVISION)
    organization_id: UUID
    project_id: UUID
    revision: int = Field(sa_type=REVISION)


class CalendarVersionRead(CalendarContent):
    """What a calendar said from `updated_at` on, until its next version came."""

    calendar_id: Id
    version: int
    revision: int
    """At which it came: the project's, of a shared calendar its own."""
    updated_at: Instant


def version_of(calendar: Calendar) -> CalendarVersion:
    """The present version as it is kept; written after the calendar itself."""
    return CalendarVersion(
        calendar_id=calendar.id,
        organization_id=calendar.organization_id,
        project_id=calendar.project_id,
        revision=calendar.revision,
        **said_by(calendar),
    )


def said_by(calendar: CalendarDays) -> dict[str, Any]:
    """The columns that every version has in common with its calendar."""
    return {name: getattr(calendar, name) for name in CalendarDays.model_fields}


def form_of_versions(kind: type[CalendarDays]) -> Form:
    """How the versions of one kind of calendar are read."""
    version = col(kind.version)
    order = Order(columns={"version": version}, default="version", identity=version)
    return Form(table_of(kind), CalendarVersionRead, order, own={"hours_per_day": hours_per_day})


async def page_of_versions(form: Form, unit: UnitOfWork, query: PageQuery, **whose: UUID) -> Response:
    """A page of a calendar's versions. whose: the calendar, and what it has to belong to. Raises NotFound, BadCursor, InvalidRequest."""
    where = whose | {"organization_id": unit.identity.organization_id}
    records, following = await form.records(unit, query, where)
    if not records and query.cursor is None:
        raise NotFound  # each has its first version from the beginning
    return form.answer(records, following)


async def one_version(form: Form, unit: UnitOfWork, version: int, **whose: UUID) -> Response:
    """One version of a calendar. Raises NotFound."""
    where = {"version": version, "organization_id": unit.identity.organization_id} | whose
    conditions = " AND ".join(f"{name} = ${place}" for place, name in enumerate(where, start=1))
    statement = f"SELECT {form.columns} FROM {form.table.name} WHERE {conditions}"  # noqa: S608  (names of our own)
    return form.answer_one(await fetch_row(unit.session, statement, *where.values()))
