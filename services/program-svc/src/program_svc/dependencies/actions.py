"""What can happen to a dependency after it was proposed: both ends agree, renegotiate, deliver, call it off.

Every action locks the program first and the dependency's state is read behind that lock.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from chassis.etag import check_if_match
from chassis.patch import changes_of
from chassis.problem import NotFound, invalid
from contracts.program_events import (
    DependencyCancelled,
    DependencyCommitted,
    DependencyEvent,
    DependencyRejected,
    DependencyUpdated,
)
from contracts.vocabulary import DependencyEnd, DependencyPolicy, DependencyStatus, SlipDecision
from program_svc.boundaries import LockedProgram
from program_svc.dependencies.agreement import keep_agreement, return_to_agreement
from program_svc.dependencies.models import Dependency, DependencyCycle, NoSlip
from program_svc.dependencies.shapes import Decision, DependencyUpdate, Handover, Renegotiation, state_of
from program_svc.dependencies.standing import let_go, note_step, terms_of
from program_svc.network.compute import exceeds_accepted
from program_svc.network.facts import Facts, facts_of
from program_svc.network.queries import cycle_closed_by
from program_svc.network.settle import Changes, settle
from program_svc.programs.actions import lock_open_program
from program_svc.tables import now


@dataclass(frozen=True, slots=True)
class Acting:
    """A dependency behind its program's lock, and who acts on it."""

    locked: LockedProgram
    dependency: Dependency
    by: str

    async def take(
        self, step: str, event: type[DependencyEvent], change: Callable[[Dependency], None], **details: str | None
    ) -> None:
        """Change the dependency, say so, and settle what follows. The step's legality has been checked."""
        self.note(step, event, change, **details)
        await self.settle()

    def note(
        self, step: str, event: type[DependencyEvent], change: Callable[[Dependency], None], **details: str | None
    ) -> None:
        """Change the dependency and say so. For a step from which nothing follows."""
        before = state_of(self.dependency)
        change(self.dependency)
        terms = terms_of(self.dependency) if step in TELLS_TERMS else {}
        note_step(self.dependency, step, self.by, **terms, **details)
        self.locked.touch(self.dependency)
        self.locked.record(event.between(before, state_of(self.dependency)))

    async def settle(self, facts: Facts | None = None) -> None:
        """Settle what follows from the change, from facts that were read behind the lock or else are read now."""
        await settle(self.locked, Changes(changed={self.dependency.id}), facts)


async def the_dependency(session: AsyncSession, dependency_id: UUID) -> Dependency:
    """The dependency. Raises NotFound."""
    dependency = await session.get(Dependency, dependency_id)
    if dependency is None:
        raise NotFound(f"There is no dependency {dependency_id}.")
    return dependency


async def acting_on(session: AsyncSession, dependency_id: UUID, by: str, step: str | None = None) -> Acting:
    """The dependency, locked. Raises NotFound, ProgramClosed, and DependencyStep when the step is not legal now."""
    program_id = (await the_dependency(session, dependency_id)).program_id
    locked = await lock_open_program(session, program_id)
    found = select(Dependency).where(col(Dependency.id) == dependency_id).execution_options(populate_existing=True)
    dependency = (await session.scalars(found)).one()
    if step is not None:
        dependency.check_step(step)
    return Acting(locked, dependency, by)


async def commit_dependency(session: AsyncSession, dependency_id: UUID, end: DependencyEnd, by: str) -> Dependency:
    """One end agrees; once both have, the dependency holds dates. An end that agreed before changes nothing. Raises DependencyCycle."""
    acting = await acting_on(session, dependency_id, by, "commit")
    dependency = acting.dependency
    other = dependency.receiver_committed_at if end is DependencyEnd.PROVIDER else dependency.provider_committed_at
    own = dependency.provider_committed_at if end is DependencyEnd.PROVIDER else dependency.receiver_committed_at
    if own is not None:
        return dependency
    facts = None if other is None else await _acyclic_facts(acting)

    def agree(dependency: Dependency) -> None:
        if end is DependencyEnd.PROVIDER:
            dependency.provider_committed_by, dependency.provider_committed_at = by, now()
        else:
            dependency.receiver_committed_by, dependency.receiver_committed_at = by, now()
        if other is not None:
            dependency.state, dependency.agreed = DependencyStatus.COMMITTED, None
            dependency.committed_at = dependency.committed_at or now()
            if dependency.policy is DependencyPolicy.SOFT:
                dependency.accepted = dependency.forecast

    acting.note("commit", DependencyCommitted, agree, end=end.value)
    if facts is not None:
        await acting.settle(facts)
    return dependency


async def _acyclic_facts(acting: Acting) -> Facts:
    """The program's facts. A link may have closed a cycle since the proposal; then the dependency cannot hold dates."""
    facts = await facts_of(acting.locked.session, acting.locked.program)
    path = cycle_closed_by(facts, [each for each in facts.dependencies if each.shapes_dates], acting.dependency)
    if path is not None:
        raise DependencyCycle(
            "The receiver's work leads back to the provider's by now.", path=[str(task_id) for task_id in path]
        )
    return facts


async def update_dependency(
    session: AsyncSession, dependency_id: UUID, body: DependencyUpdate, by: str, if_match: str | None
) -> Dependency:
    """Change what either side may put down alone; what a side has agreed to changes by renegotiation.

    Raises NotFound, StaleRevision, ProgramClosed, InvalidRequest, and DependencyStep for what was agreed to or is over.
    """
    acting = await acting_on(session, dependency_id, by)
    dependency = acting.dependency
    check_if_match(if_match, dependency)
    before = state_of(dependency)
    changes = changes_of(body)
    if (threshold := changes.get("margin_threshold")) is not None:
        try:
            changes["margin_threshold"] = threshold.on(dependency.lag_minutes_per_day).minutes
        except ValueError as error:
            raise invalid("/margin_threshold", "duration_out_of_range", f"{error}.") from error
    changes = {name: value for name, value in changes.items() if getattr(dependency, name) != value}
    dependency.check_change(changes)
    for name, value in changes.items():
        setattr(dependency, name, value)
    after = state_of(dependency)
    if after != before:
        note_step(dependency, "update", by, **terms_of(dependency), changed=", ".join(sorted(changes)))
        acting.locked.touch(dependency)
        acting.locked.record(DependencyUpdated.between(before, state_of(dependency)))
        if after.margin_threshold != before.margin_threshold:
            await acting.settle()
    return dependency


async def renegotiate_dependency(
    session: AsyncSession, dependency_id: UUID, body: Renegotiation, by: str
) -> Dependency:
    """Put new dates on the table; both ends have to commit again. What was agreed before holds dates meanwhile.

    Raises InvalidRequest where a date is broken and no other one is put in its place.
    """
    acting = await acting_on(session, dependency_id, by, "renegotiate")
    terms = {name: value for name, value in changes_of(body).items() if name != "note"}
    broken = acting.dependency.needed_by if acting.dependency.state is DependencyStatus.BREACHED else None
    if broken is not None and terms.get("needed_by") in {None, broken}:
        raise invalid("/needed_by", "new_date_needed", f"{broken} is broken: say another day by which it is needed.")

    def reopen(dependency: Dependency) -> None:
        keep_agreement(dependency)
        for name, value in terms.items():
            setattr(dependency, name, value)
        dependency.state = DependencyStatus.RENEGOTIATING
        dependency.provider_committed_by = dependency.provider_committed_at = None
        dependency.receiver_committed_by = dependency.receiver_committed_at = None

    await acting.take("renegotiate", DependencyUpdated, reopen, note=body.note)
    return acting.dependency


TAKES_BACK = frozenset({"reject", "withdraw"})
"""The steps that end what is on the table."""
TELLS_TERMS = frozenset({"commit", "renegotiate"}) | TAKES_BACK
"""The steps of which the history tells what was on the table."""


ENDINGS: dict[str, tuple[DependencyStatus, type[DependencyEvent]]] = {
    "reject": (DependencyStatus.REJECTED, DependencyRejected),
    "withdraw": (DependencyStatus.WITHDRAWN, DependencyUpdated),
    "cancel": (DependencyStatus.CANCELLED, DependencyCancelled),
}


async def end_dependency(session: AsyncSession, dependency_id: UUID, step: str, note: str, by: str) -> Dependency:
    """``reject``, ``withdraw`` or ``cancel`` it: it holds nothing any more. Raises DependencyStep.

    New terms of what was agreed before end alone: to reject them or take them back returns to what was agreed.
    """
    acting = await acting_on(session, dependency_id, by, step)
    state, event = ENDINGS[step]
    if step in TAKES_BACK and acting.dependency.agreed is not None:
        await acting.take(step, DependencyUpdated, return_to_agreement, note=note)
        return acting.dependency
    await acting.take(step, event, lambda dependency: let_go(dependency, state), note=note)
    return acting.dependency


HANDOVERS: dict[str, DependencyStatus] = {
    "deliver": DependencyStatus.DELIVERED,
    "accept": DependencyStatus.ACCEPTED,
    "dispute": DependencyStatus.DISPUTED,
}


async def hand_over(
    session: AsyncSession, dependency_id: UUID, step: str, body: Decision | Handover, by: str
) -> Dependency:
    """``deliver``, ``accept`` or ``dispute`` what was promised; dates go on being held. Raises DependencyStep.

    What was disputed is delivered again; each delivery's evidence stays in the history.
    """
    acting = await acting_on(session, dependency_id, by, step)
    evidence = body.evidence if isinstance(body, Handover) else None

    def reach(dependency: Dependency) -> None:
        dependency.state = HANDOVERS[step]
        if evidence is not None:
            dependency.delivered_by, dependency.delivered_at, dependency.delivery_evidence = by, now(), evidence

    await acting.take(step, DependencyUpdated, reach, note=body.note, evidence=evidence)
    return acting.dependency


async def decide_slip(
    session: AsyncSession, dependency_id: UUID, decision: SlipDecision, note: str, by: str
) -> Dependency:
    """The receiver of a soft dependency answers its later forecast. Accepted, dates flow up to it; rejected, they stay.

    Raises DependencyStep and NoSlip.
    """
    step = "accept-slip" if decision is SlipDecision.ACCEPTED else "reject-slip"
    acting = await acting_on(session, dependency_id, by, step)
    if not exceeds_accepted(acting.dependency, acting.dependency.forecast):
        raise NoSlip("The dependency is hard, or its forecast is not later than what was accepted.")

    def answer(dependency: Dependency) -> None:
        dependency.slip_decision, dependency.slip_forecast = decision, dependency.forecast
        dependency.slip_by, dependency.slip_at = by, now()
        if decision is SlipDecision.ACCEPTED:
            dependency.accepted = dependency.forecast

    await acting.take(step, DependencyUpdated, answer, note=note)
    return acting.dependency
