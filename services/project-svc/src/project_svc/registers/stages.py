"""Phases, and the gates between them."""

from collections.abc import Iterable

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


PHASES = Declared(
    name="phase",
    collection="phases",
    about="a part of the project's life that ends with a decision.",
    fields=PhaseFields,
    state=PhaseState,
    life=PHASE,
    filters=("state", "owner", "task_id"),
    sorts=("order", "name"),
    begins=PhaseStatus.PLANNED,
    steps={
        PhaseStatus.PLANNED: (PhaseStatus.ACTIVE,),
        PhaseStatus.ACTIVE: (PhaseStatus.COMPLETE,),
        PhaseStatus.COMPLETE: (),
    },
    rules=_phase_rules,
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


GATES = Declared(
    name="gate",
    collection="gates",
    about="a point at which somebody decides whether, and how, the project goes on.",
    fields=GateFields,
    state=GateState,
    life=GATE,
    filters=("state", "decision", "phase_id", "task_id"),
    sorts=("name",),
    begins=GateStatus.OPEN,
    steps={GateStatus.OPEN: (GateStatus.DECIDED,), GateStatus.DECIDED: (GateStatus.OPEN,)},
    rules=_gate_rules,
)
