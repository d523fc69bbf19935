"""From a person to the member that it is in an organisation."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.database import enter_organization
from chassis.problem import Problem
from contracts.provenance import Provenance
from gateway.audit.requests import attribute
from gateway.identity.credentials import Found, identity_of
from gateway.identity.models import Member, Organization
from gateway.oidc.issuer import Person

PRESENT = sa.text("SELECT set_config('interlock.subject', :subject, true), set_config('interlock.email', :email, true)")


class OrganizationNeeded(Problem):
    """The caller is of several organisations, or not of the one that was named: name one of its own by its key, in `Interlock-Organization`."""

    slug, status, title = "organization-needed", 400, "In which organisation?"


async def present(session: AsyncSession, person: Person) -> None:
    """Show the session the person's own memberships and organisations by row-level security, whichever they are; all else only after entering one."""
    await session.execute(PRESENT, {"subject": person.subject, "email": person.email or ""})


async def caller_behind(
    session: AsyncSession, person: Person, organization: str | None, *, in_any: bool = False
) -> Found | None:
    """The member that the person is; None if it is none. in_any: of several organisations the oldest will do.

    The first time a person comes, its verified address says who it is; from then on only the issuer's own name for it does. Raises
    OrganizationNeeded, with the keys of the organisations that it may choose from.
    """
    await present(session, person)
    members = list(await session.scalars(sa.select(Member).where(col(Member.removed_at).is_(None))))
    if not members:
        return None
    keys = {row.id: row.key for row in await session.scalars(sa.select(Organization))}
    wanted = [each for each in members if organization is None or keys[each.organization_id] == organization]
    if len(wanted) != 1 and not in_any:
        raise OrganizationNeeded(
            "Name one of your organisations in `Interlock-Organization`.", organizations=sorted(keys.values())
        )
    member = min(wanted or members, key=lambda each: each.organization_id)
    await enter_organization(session, member.organization_id)
    if member.subject is None:
        await attribute(session, f"members/{member.id}", Provenance(credential=person.issuer))
        member.subject = person.subject
        member.revision += 1
        await session.flush()
    identity = await identity_of(session, member, person.issuer, is_read_only=False)
    return identity, member.id, member.id, person.expires_at, keys[member.organization_id]
