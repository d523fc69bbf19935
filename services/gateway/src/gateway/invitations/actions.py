"""What can happen to invitations. Each function works in the caller's transaction."""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.database import enter_organization
from chassis.problem import AlreadyExists, NotFound
from contracts.provenance import Provenance
from gateway.audit.requests import attribute
from gateway.identity.actions import issue_api_token
from gateway.identity.callers import Caller
from gateway.identity.members import create_member
from gateway.identity.models import ApiToken, Member, Scope, digest_of, new_secret
from gateway.identity.shapes import MemberCreate
from gateway.invitations.models import (
    GOOD_FOR,
    INVITATION_PREFIX,
    Acceptance,
    Invitation,
    InvitationCreate,
    InvitationOver,
    InvitationState,
)
from gateway.tables import now

PRESENT = sa.text("SELECT set_config('interlock.invitation_digest', :digest, true)")
FIRST_TOKEN = timedelta(days=30)
"""For how long the token is good that an invited person gets; with it, it makes others."""


async def invite(session: AsyncSession, caller: Caller, body: InvitationCreate) -> tuple[Invitation, str]:
    """Ask somebody in. Raises AlreadyExists for an address that is a member's."""
    is_member = sa.select(Member).where(col(Member.email) == body.email, col(Member.removed_at).is_(None))
    if await session.scalar(is_member) is not None:
        raise AlreadyExists(f"{body.email} is a member already.")
    secret = new_secret(INVITATION_PREFIX)
    invitation = Invitation(
        organization_id=caller.identity.organization_id,
        email=body.email,
        role=body.role,
        digest=digest_of(secret),
        invited_by=caller.member_id,
        expires_at=now() + GOOD_FOR,
    )
    session.add(invitation)
    await session.flush()
    return invitation, secret


async def find_invitation(session: AsyncSession, invitation_id: UUID) -> Invitation:
    """One of the organisation's. Raises NotFound."""
    invitation = await session.get(Invitation, invitation_id)
    if invitation is None:
        raise NotFound
    return invitation


def revoke_invitation(invitation: Invitation) -> None:
    """Take it back; one that was taken back stays so. Raises InvitationOver for one that was accepted."""
    if invitation.accepted_at is not None:
        raise InvitationOver("The invitation was accepted: remove the member instead.")
    if invitation.revoked_at is None:
        invitation.revoked_at = now()
        invitation.revision += 1


async def accept_invitation(session: AsyncSession, body: Acceptance, came: Provenance) -> tuple[Member, ApiToken, str]:
    """Make the member and its first token. The transaction is in no organisation yet. Raises NotFound, AlreadyExists."""
    digest = digest_of(body.token)
    # Row-level security shows the one invitation whose digest the transaction presents.
    await session.execute(PRESENT, {"digest": digest.hex()})
    found = await session.scalar(sa.select(Invitation).where(col(Invitation.digest) == digest))
    if found is None:
        raise NotFound("There is no such invitation.")
    await enter_organization(session, found.organization_id)
    await attribute(session, f"invitations/{found.id}", came)
    await session.refresh(found, with_for_update=True)
    if found.state(now()) is not InvitationState.PENDING:
        raise NotFound("There is no such invitation any more.")
    found.accepted_at = now()
    found.revision += 1
    wanted = MemberCreate(email=found.email, name=body.name, role=found.role)
    member = await create_member(session, found.organization_id, wanted)
    token, secret = await issue_api_token(
        session, found.organization_id, member.id, "invitation", Scope.WRITE, now() + FIRST_TOKEN
    )
    return member, token, secret
