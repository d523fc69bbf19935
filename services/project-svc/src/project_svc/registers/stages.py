"""Phases, and the gates between them."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.project_events.control import (
    GateDecision,
    GateFields,
    GateState,
    GateStatus,
    PhaseFields,
    PhaseState,
    PhaseStatus,
)
from contracts.project_events.registers import GATE, PHASE
from project_svc.register.declared import Broken, Declared


def _phase_rules(phase: PhaseState) -> Iterable[Broken]:
    start, finish = phase.planned_start, phase.planned_finish
    if start is not None and finish is not None and finish < start:
        yield "/planned_finish", "finish_before_start", "The phase would end before it begins."


async def _gates_to_pass(session: AsyncSession, phase: PhaseState) -> Sequence[str]:
    """A phase ends with the gates that close it: each has let the project go on."""
    if phase.state is not PhaseStatus.COMPLETE:
        return ()
    at = GATES.table.c
    passed = func.coalesce(at.decision, "").in_((GateDecision.GO, GateDecision.CONDITIONAL_GO))
    found = await session.execute(select(at.id).where(at.phase_id == phase.id, ~passed).limit(1))
    return () if found.first() is None else ("gates_passed",)


PHASES = Declared(
    name="phase",
    collection="phases",
    about="a part of the project's life that ends with a decision.",
    fields=PhaseFields,
    state=PhaseState,
    life=PHASE,
    filters=("state", "owner", "task_id"),
    sorts=("order", "name"),
    days=("planned_start", "planned_finish"),
    begins=PhaseStatus.PLANNED,
    steps={
        PhaseStatus.PLANNED: (PhaseStatus.ACTIVE,),
        PhaseStatus.ACTIVE: (PhaseStatus.COMPLETE,),
        PhaseStatus.COMPLETE: (),
    },
    rules=_phase_rules,
    unmet=_gates_to_pass,
)


def _gate_rules(gate: GateState) -> Iterable[Broken]:
    if gate.state is GateStatus.OPEN:
        if gate.decision is not None or gate.decided_by or gate.decided_on is not None:
            yield "/decision", "not_decided", "A gate that is open was decided by nobody, on no day."
        return
    if gate.decision is None:
        yield "/decision", "decided_what", "Say what was decided."
    if not gate.decided_by:
        yield "/decided_by", "decided_by_whom", "Say who decided it."
    if gate.decided_on is None:
        yield "/decided_on", "decided_when", "Say on which day it was decided."
    if gate.decision is GateDecision.GO and not all(criterion.met for criterion in gate.criteria):
        yield "/decision", "criteria_unmet", "Not all criteria are met: this can be a conditional go at most."
    if gate.decision is GateDecision.CONDITIONAL_GO and not gate.conditions:
        yield "/conditions", "conditions_missing", "Say what the go depends on."


def _is_over(gate: GateState) -> bool:
    """What was let through, or given up, stays so; what was put on hold or sent back comes again."""
    return gate.decision in {GateDecision.GO, GateDecision.CONDITIONAL_GO, GateDecision.KILL}


GATES = Declared(
    name="gate",
    collection="gates",
    about="a point at which somebody decides whether, and how, the project goes on.",
    fields=GateFields,
    state=GateState,
    life=GATE,
    filters=("state", "decision", "decided_by", "owner", "phase_id", "task_id"),
    sorts=("name",),
    days=("planned_on",),
    begins=GateStatus.OPEN,
    steps={GateStatus.OPEN: (GateStatus.DECIDED,), GateStatus.DECIDED: (GateStatus.OPEN,)},
    rules=_gate_rules,
    fixed={GateStatus.DECIDED: frozenset({"decision", "decided_by", "decided_on", "conditions"})},
    stays=_is_over,
)
