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
from gateway.identity.actions import issue_api_token, revoke_api_token
from gateway.identity.callers import Caller
from gateway.identity.members import create_member
from gateway.identity.models import ApiToken, Member, Scope, digest_of, has_address, new_secret
from gateway.identity.shapes import MemberCreate
from gateway.invitations.models import (
    GOOD_FOR,
    INVITATION_PREFIX,
    Invitation,
    InvitationCreate,
    InvitationOver,
    InvitationState,
)
from gateway.invitations.withdrawal import withdraw_those_to
from gateway.tables import now

PRESENT = sa.text("SELECT set_config('interlock.invitation_digest', :digest, true)")
FIRST_TOKEN = timedelta(days=30)
"""For how long the token is good that an invited person gets; with it, it makes others."""


async def invite(session: AsyncSession, caller: Caller, body: InvitationCreate) -> tuple[Invitation, str]:
    """Ask somebody in; of several invitations to an address the latest is good. Raises AlreadyExists for an address that is a member's."""
    is_member = sa.select(Member).where(has_address(col(Member.email), body.email), col(Member.removed_at).is_(None))
    if await session.scalar(is_member) is not None:
        raise AlreadyExists(f"{body.email} is a member already.")
    await withdraw_those_to(session, body.email)
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


async def find_invitation(session: AsyncSession, invitation_id: UUID, *, lock: bool = False) -> Invitation:
    """One of the organisation's. Raises NotFound."""
    invitation = await session.get(Invitation, invitation_id, with_for_update=lock or None)
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


async def presented_invitation(session: AsyncSession, secret: str, came: Provenance) -> Invitation:
    """The invitation whose secret somebody has, locked; the transaction enters its organisation. Raises NotFound."""
    digest = digest_of(secret)
    # Row-level security shows the one invitation whose digest the transaction presents.
    await session.execute(PRESENT, {"digest": digest.hex()})
    found = await session.scalar(sa.select(Invitation).where(col(Invitation.digest) == digest))
    if found is None:
        raise NotFound("There is no such invitation.")
    await enter_organization(session, found.organization_id)
    await attribute(session, f"invitations/{found.id}", came)
    await session.refresh(found, with_for_update=True)
    return found


async def accept_invitation(session: AsyncSession, invitation: Invitation, name: str) -> tuple[Member, ApiToken, str]:
    """Make the member and its first token; anew, as long as nobody used the one before. Raises NotFound, AlreadyExists."""
    if await is_unheard(session, invitation):
        first = await session.get_one(ApiToken, invitation.api_token_id)
        await revoke_api_token(session, first)
        member = await session.get_one(Member, first.member_id)
    else:
        if invitation.state(now()) is not InvitationState.PENDING or await _has_left_since(session, invitation):
            raise NotFound("There is no such invitation any more.")
        invitation.accepted_at = now()
        wanted = MemberCreate(email=invitation.email, name=name, role=invitation.role)
        member = await create_member(session, invitation.organization_id, wanted)
    token, secret = await issue_api_token(
        session, invitation.organization_id, member.id, "invitation", Scope.WRITE, now() + FIRST_TOKEN
    )
    invitation.api_token_id = token.id
    invitation.revision += 1
    await session.flush()
    return member, token, secret


async def is_unheard(session: AsyncSession, invitation: Invitation) -> bool:
    """Whether it was accepted and the first token never used: the answer that holds it may have been lost."""
    if invitation.api_token_id is None or now() >= invitation.expires_at:
        return False
    token = await session.get_one(ApiToken, invitation.api_token_id, with_for_update=True)
    return token.last_used_at is None and token.revoked_at is None


async def _has_left_since(session: AsyncSession, invitation: Invitation) -> bool:
    """Whether the address was a member's who left after it was asked in: an old invitation is no way back."""
    left = sa.select(Member).where(
        has_address(col(Member.email), invitation.email), col(Member.removed_at) > invitation.created_at
    )
    return await session.scalar(left) is not None
