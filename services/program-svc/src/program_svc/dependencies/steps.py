"""`POST /dependencies/{id}/…`: the steps of a dependency's life, each previewable with `dry_run=true`."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from chassis.etag import stamp
from chassis.problem import Forbidden, NotFound, responses
from chassis.unit_of_work import DryRun, TransactionRoute, Unit
from contracts.vocabulary import SlipDecision
from program_svc.dependencies import actions
from program_svc.dependencies.models import Dependency, DependencyCycle, DependencyStep, NoSlip
from program_svc.dependencies.shapes import Commit, Decision, DependencyRead, Handover, Renegotiation, read_of
from program_svc.network.preview import Before, Preview
from program_svc.network.queries import Unschedulable
from program_svc.permissions import Permitted, check_commits
from program_svc.programs.models import ProgramClosed

router = APIRouter(prefix="/dependencies/{dependency_id}", tags=["dependencies"], route_class=TransactionRoute)

REFUSALS = (NotFound, Forbidden, DependencyStep, ProgramClosed, Unschedulable)
STEP = responses(*REFUSALS)
NOTHING = Decision()
UNPROVEN = Handover()


class Stepping:
    """One step on one dependency: answers the dependency after it, or what a dry run would move."""

    def __init__(self, dependency: Permitted, unit: Unit, is_preview: DryRun, response: Response) -> None:
        self.dependency = dependency
        self.unit = unit
        self.session = unit.session
        self.is_preview = is_preview
        self.response = response

    async def take(self, action: Callable[..., Awaitable[Dependency]], *details: object) -> DependencyRead | Preview:
        """Take the step. In a dry run the program's network is computed before it and after it."""
        before = None
        if self.is_preview:
            before = await Before.of(self.session, self.dependency.program_id)
        dependency = await action(self.session, self.dependency.id, *details, self.unit.identity.subject)
        if before is not None:
            return await before.preview(self.response, changed={dependency.id})
        stamp(self.response, dependency)
        return read_of(dependency)


Taking = Annotated[Stepping, Depends()]


@router.post("/commit", responses=responses(*REFUSALS, DependencyCycle))
async def commit_dependency(body: Commit, taking: Taking) -> DependencyRead | Preview:
    """Agree for one end. Once both have, the dependency is `committed` and holds the program's dates."""
    check_commits(taking.unit, taking.dependency, body.end)
    return await taking.take(actions.commit_dependency, body.end)


@router.post("/reject", responses=STEP)
async def reject_dependency(taking: Taking, body: Decision = NOTHING) -> DependencyRead | Preview:
    """Say no to a proposal, and it is over, or to new terms: then what was agreed before goes on, if anything was."""
    return await taking.take(actions.end_dependency, "reject", body.note)


@router.post("/renegotiate", responses=STEP)
async def renegotiate_dependency(taking: Taking, body: Renegotiation) -> DependencyRead | Preview:
    """Put new dates on the table; both ends have to commit again, and what was agreed holds dates meanwhile."""
    return await taking.take(actions.renegotiate_dependency, body)


@router.post("/withdraw", responses=STEP)
async def withdraw_dependency(taking: Taking, body: Decision = NOTHING) -> DependencyRead | Preview:
    """Take back the terms that are being renegotiated: what was agreed before goes on. A proposal that nobody had agreed on is over."""
    return await taking.take(actions.end_dependency, "withdraw", body.note)


@router.post("/cancel", responses=STEP)
async def cancel_dependency(taking: Taking, body: Decision = NOTHING) -> DependencyRead | Preview:
    """Call the dependency off."""
    return await taking.take(actions.end_dependency, "cancel", body.note)


@router.post("/deliver", responses=STEP)
async def deliver_dependency(taking: Taking, body: Handover = UNPROVEN) -> DependencyRead | Preview:
    """The provider has given what it promised, and says what shows it. What was disputed is delivered again."""
    return await taking.take(actions.hand_over, "deliver", body)


@router.post("/accept", responses=STEP)
async def accept_dependency(taking: Taking, body: Decision = NOTHING) -> DependencyRead | Preview:
    """The receiver has got what it needs."""
    return await taking.take(actions.hand_over, "accept", body)


@router.post("/dispute", responses=STEP)
async def dispute_dependency(taking: Taking, body: Decision = NOTHING) -> DependencyRead | Preview:
    """The receiver does not accept what was delivered."""
    return await taking.take(actions.hand_over, "dispute", body)


@router.post("/accept-slip", responses=responses(*REFUSALS, NoSlip))
async def accept_slip(taking: Taking, body: Decision = NOTHING) -> DependencyRead | Preview:
    """Soft only: take over the provider's later forecast; dates flow up to it."""
    return await taking.take(actions.decide_slip, SlipDecision.ACCEPTED, body.note)


@router.post("/reject-slip", responses=responses(*REFUSALS, NoSlip))
async def reject_slip(taking: Taking, body: Decision = NOTHING) -> DependencyRead | Preview:
    """Soft only: put on record that the later forecast is not accepted; dates stay."""
    return await taking.take(actions.decide_slip, SlipDecision.REJECTED, body.note)
