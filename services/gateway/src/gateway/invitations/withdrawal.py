"""Which invitations end with something else: a membership, a newer invitation, the authority of who sent them."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from gateway.identity.models import has_address
from gateway.invitations.models import Invitation
from gateway.tables import now


async def withdraw_those_to(session: AsyncSession, email: str) -> None:
    """Take back what an address may still accept in the session's organisation."""
    await _withdraw(session, has_address(col(Invitation.email), email))


async def withdraw_those_by(session: AsyncSession, member_id: UUID) -> None:
    """Take back what a member sent and nobody has accepted yet: it no longer may ask anybody in."""
    await _withdraw(session, col(Invitation.invited_by) == member_id)


async def _withdraw(session: AsyncSession, which: sa.ColumnElement[bool]) -> None:
    pending = sa.update(Invitation).where(
        which, col(Invitation.accepted_at).is_(None), col(Invitation.revoked_at).is_(None)
    )
    await session.execute(pending.values(revoked_at=now(), revision=col(Invitation.revision) + 1))
