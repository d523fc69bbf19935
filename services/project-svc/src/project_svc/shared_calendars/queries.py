"""Shared calendars as they are found."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.problem import FieldError, NotFound
from project_svc.calendars.models import Calendar
from project_svc.shared_calendars.models import SharedCalendar


async def projects_following(session: AsyncSession, shared_id: UUID) -> Sequence[UUID]:
    """The projects with a calendar that follows a shared one, in the order of their ids."""
    found = select(col(Calendar.project_id)).where(col(Calendar.shared_calendar_id) == shared_id)
    return (await session.scalars(found.distinct().order_by(col(Calendar.project_id)))).all()


async def followed_by(session: AsyncSession, organization_id: UUID, shared_id: UUID) -> SharedCalendar:
    """The shared calendar that a body names; it stays as it is until this transaction has ended. Raises NotFound."""
    shared = await _locked(session, organization_id, shared_id, read=True)
    if shared is None:
        message = f"The organisation has no shared calendar {shared_id}."
        error = FieldError(location="body", pointer="/shared_calendar_id", rule="unknown_calendar", message=message)
        raise NotFound(message, errors=[error])
    return shared


async def locked_shared(session: AsyncSession, organization_id: UUID, shared_id: UUID) -> SharedCalendar:
    """A shared calendar that is to be changed. Raises NotFound."""
    shared = await _locked(session, organization_id, shared_id, read=False)
    if shared is None:
        raise NotFound
    return shared


async def followers_of(session: AsyncSession, shared_id: UUID) -> Sequence[Calendar]:
    """The calendars of projects that follow a shared one, by project."""
    found = select(Calendar).where(col(Calendar.shared_calendar_id) == shared_id)
    return (await session.scalars(found.order_by(col(Calendar.project_id), col(Calendar.id)))).all()


async def _locked(
    session: AsyncSession, organization_id: UUID, shared_id: UUID, *, read: bool
) -> SharedCalendar | None:
    found = select(SharedCalendar).where(
        col(SharedCalendar.id) == shared_id, col(SharedCalendar.organization_id) == organization_id
    )
    return (await session.scalars(found.with_for_update(read=read))).one_or_none()
