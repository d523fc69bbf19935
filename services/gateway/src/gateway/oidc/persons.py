"""From a person to the member that it is in an organisation."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.database import enter_organization
from contracts.provenance import Provenance
from gateway.audit.requests import attribute
from gateway.identity.credentials import Found, identity_of
from gateway.identity.models import Member, Organization
from gateway.oidc.issuer import Person

PRESENT = sa.text("SELECT set_config('interlock.subject', :subject, true), set_config('interlock.email', :email, true)")
SHOW_ORGANIZATION = sa.text("SELECT set_config('interlock.organization_key', :key, true)")


async def caller_behind(session: AsyncSession, person: Person, organization: str | None) -> Found | None:
    """The member that the person is; None if it is none, or of several organisations and names none of them.

    The first time a person comes, its verified address says who it is; from then on only the issuer's own name for it does.
    """
    # Row-level security shows the person's own memberships, in whichever organisation; all else only after entering one.
    await session.execute(PRESENT, {"subject": person.subject, "email": person.email or ""})
    members = list(await session.scalars(sa.select(Member).where(col(Member.removed_at).is_(None))))
    if organization is not None:
        await session.execute(SHOW_ORGANIZATION, {"key": organization})
        wanted = await session.scalar(sa.select(col(Organization.id)).where(col(Organization.key) == organization))
        members = [member for member in members if member.organization_id == wanted]
    if len(members) != 1:
        return None
    (member,) = members
    await enter_organization(session, member.organization_id)
    if member.subject is None:
        await attribute(session, f"members/{member.id}", Provenance(credential=person.issuer))
        member.subject = person.subject
        member.revision += 1
        await session.flush()
    identity = await identity_of(session, member, person.issuer, is_read_only=False)
    return identity, member.id, member.id, person.expires_at
