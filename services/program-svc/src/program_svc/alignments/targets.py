"""What an alignment is about: a project, one of its risks, or a benefit; and the project that is meant by it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from chassis.problem import NotFound, invalid
from contracts.program_events.benefits import BenefitState
from contracts.program_events.governance import RiskState
from program_svc.alignments.models import AlignmentCreate
from program_svc.benefits.models import BENEFITS
from program_svc.components.models import Component
from program_svc.register.tables import record_of
from program_svc.registers.risks import RISKS as OWN
from program_svc.replica.arrival import arrived
from program_svc.replica.models import PROJECTS, RISKS


async def project_of(session: AsyncSession, body: AlignmentCreate) -> UUID:
    """The project that serves the goal, or through which the benefit or the risk meets it. Raises NotFound and InvalidRequest."""
    check_one_target(body.milestone_task_id or body.risk_id, body.benefit_id)
    if body.project_id is not None and body.project_id not in await arrived(session, PROJECTS, [body.project_id]):
        raise NotFound(f"There is no project {body.project_id}.")
    if body.benefit_id is not None:
        return await _of_benefit(session, body.benefit_id, body.project_id)
    if body.risk_id is not None:
        return await _of_risk(session, body.risk_id, body.project_id)
    if body.project_id is None:
        raise invalid(
            "/project_id", "missing", "Say which project serves the goal, or which benefit_id or risk_id is meant."
        )
    return body.project_id


def check_one_target(other: UUID | None, benefit_id: UUID | None) -> None:
    """A benefit has its own milestone, and is no risk. Raises InvalidRequest."""
    if benefit_id is not None and other is not None:
        raise invalid(
            "/benefit_id", "one_target", "An alignment of a benefit names no risk, and no milestone but the benefit's."
        )


async def _of_benefit(session: AsyncSession, benefit_id: UUID, named: UUID | None) -> UUID:
    """The project of its milestone, or else its first contributor, unless another one of them is named."""
    row = (await session.execute(select(BENEFITS.table).where(BENEFITS.table.c.id == benefit_id))).mappings().first()
    if row is None:
        raise NotFound(f"There is no benefit {benefit_id}.")
    benefit = record_of(BenefitState, row)
    through = [] if benefit.milestone is None else [benefit.milestone.project_id]
    through += [each.project_id for each in benefit.contributors]
    if named is None and not through:
        raise invalid("/benefit_id", "no_project", "The benefit has no milestone and no contributors yet.")
    if named is not None and named not in through:
        raise NotFound(f"The project {named} has no part in the benefit {benefit_id}.")
    return through[0] if named is None else named


async def _of_risk(session: AsyncSession, risk_id: UUID, named: UUID | None) -> UUID:
    """The project on which it lies; for a risk of a program, another one of that program if it is named."""
    row = (await session.execute(select(OWN.table).where(OWN.table.c.id == risk_id))).mappings().first()
    if row is not None:
        return await _of_own_risk(session, record_of(RiskState, row), named)
    await arrived(session, RISKS, [risk_id])
    lies_on: UUID | None = await session.scalar(select(RISKS.c.project_id).where(RISKS.c.id == risk_id))
    if lies_on is None or named not in {None, lies_on}:
        raise _unknown(risk_id, named)
    return lies_on


async def _of_own_risk(session: AsyncSession, risk: RiskState, named: UUID | None) -> UUID:
    project_id = named
    if project_id is None and risk.task is not None:
        project_id = risk.task.project_id
    if project_id is None and risk.origin is not None:
        project_id = risk.origin.project_id
    if project_id is None:
        raise invalid(
            "/project_id", "no_project", "The risk lies on no project: say which one of its program it is about."
        )
    in_program = col(Component.program_id) == risk.program_id, col(Component.project_id) == project_id
    if await session.scalar(select(col(Component.id)).where(*in_program)) is None:
        raise _unknown(risk.id, project_id)
    return project_id


def _unknown(risk_id: UUID, project_id: UUID | None) -> NotFound:
    if project_id is None:
        return NotFound(f"There is no risk {risk_id}.")
    return NotFound(f"There is no risk {risk_id} in the project {project_id}, nor in the program that it is in.")
