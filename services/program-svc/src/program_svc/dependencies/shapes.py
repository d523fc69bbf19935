"""A dependency on the wire: what clients send, and what they and the events get."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import planning
from chassis.patch import unset
from contracts.program_events import (
    Commitment,
    Commitments,
    Delivery,
    DependencyState,
    DependencyTask,
    ImposedDate,
    SlipAnswer,
    Suspension,
)
from contracts.values import (
    Day,
    Duration,
    ExternalRef,
    Instant,
    Label,
    NonNegativeWrittenDuration,
    Shape,
    Text,
    WrittenDuration,
)
from contracts.vocabulary import DependencyEnd, DependencyPolicy, LinkType, SuspensionReason
from program_svc.dependencies.models import Dependency
from program_svc.network.instants import written, written_or_none
from program_svc.network.shapes import MovedDate


class DependencyCreate(Shape):
    """A proposal: the provider's task gives what the receiver's task needs."""

    provider: DependencyTask
    receiver: DependencyTask
    type: LinkType = LinkType.FS
    lag: WrittenDuration = WrittenDuration()
    policy: DependencyPolicy = DependencyPolicy.HARD
    needed_by: Day | None = None
    promised_by: Day | None = None
    acceptance_criterion: Text = ""
    provider_owner: Label = ""
    receiver_owner: Label = ""
    margin_threshold: NonNegativeWrittenDuration | None = None
    """Below this margin it is at risk; without it the program's own threshold counts. A day is one of the receiver's project."""
    external_ref: ExternalRef | None = None


class DependencyUpdate(Shape):
    """What either side may put down alone. The criterion and the promised day are free until a side commits, then they are renegotiated."""

    acceptance_criterion: Text = unset()
    provider_owner: Label = unset()
    receiver_owner: Label = unset()
    promised_by: Day | None = unset()
    margin_threshold: NonNegativeWrittenDuration | None = unset()


class Commit(Shape):
    """One side agrees."""

    end: DependencyEnd


class Renegotiation(Shape):
    """New terms on the table; both sides have to commit again. In the place of a date that is broken there has to be another one."""

    needed_by: Day | None = unset()
    promised_by: Day | None = unset()
    acceptance_criterion: Text = unset()
    note: Text = ""


class Decision(Shape):
    """A step with nothing but a reason."""

    note: Text = ""


class Handover(Decision):
    """What was handed over, and what shows it."""

    evidence: Text = ""


class Step(Shape):
    """One entry of the history: who did what, and the terms that were on the table; of an update, what was changed."""

    step: str
    by: Label
    at: Instant
    end: DependencyEnd | None = None
    needed_by: Day | None = None
    promised_by: Day | None = None
    acceptance_criterion: Text = ""
    changed: Label = ""
    note: Text = ""
    evidence: Text = ""


class DependencyRead(DependencyState):
    """A dependency with its history, oldest step first."""

    history: list[Step]
    would_move: list[MovedDate] | None = None
    """Of a dependency that is only proposed, read by itself: what would move if both committed now."""


def state_of(dependency: Dependency) -> DependencyState:
    """The dependency as it goes over the wire."""
    given, granularity = dependency.provider_side, dependency.provider_granularity
    return DependencyState(
        id=dependency.id,
        organization_id=dependency.organization_id,
        program_id=dependency.program_id,
        external_ref=dependency.external_ref,
        provider=DependencyTask(project_id=dependency.provider_project_id, task_id=dependency.provider_task_id),
        receiver=DependencyTask(project_id=dependency.receiver_project_id, task_id=dependency.receiver_task_id),
        type=dependency.type,
        lag_hours_per_day=hours_of(dependency.lag_minutes_per_day),
        lag=Duration(dependency.lag, dependency.lag_minutes_per_day),
        policy=dependency.policy,
        needed_by=dependency.needed_by,
        promised_by=dependency.promised_by,
        acceptance_criterion=dependency.acceptance_criterion,
        provider_owner=dependency.provider_owner,
        receiver_owner=dependency.receiver_owner,
        committed_by=Commitments(
            provider=_commitment(dependency.provider_committed_by, dependency.provider_committed_at),
            receiver=_commitment(dependency.receiver_committed_by, dependency.receiver_committed_at),
        ),
        hours_per_day=hours_of(dependency.receiver_minutes_per_day),
        accepted_forecast=written_or_none(dependency.accepted, given, granularity),
        slip_answer=_slip_answer(dependency),
        margin_threshold=_threshold(dependency),
        delivery=_delivery(dependency),
        revision=dependency.revision,
        created_at=dependency.created_at,
        updated_at=dependency.updated_at,
        **_found(dependency),
    )


def state_again(before: DependencyState, dependency: Dependency) -> DependencyState:
    """As `state_of`, in a third of the time, where nothing has changed but what the network says of it: no measure of its days and dates."""
    return before.model_copy(update=_found(dependency))


def measures_of(dependency: Dependency) -> tuple[str, str, int, int]:
    """In what its days and dates are measured."""
    return (
        dependency.provider_granularity,
        dependency.receiver_granularity,
        dependency.receiver_minutes_per_day,
        dependency.lag_minutes_per_day,
    )


def _found(dependency: Dependency) -> dict[str, Any]:
    """What the network says of it."""
    given, needed, imposed = dependency.provider_side, dependency.receiver_side, dependency.imposed
    return {
        "state": dependency.state,
        "provider_forecast": written_or_none(dependency.forecast, given, dependency.provider_granularity),
        "receiver_need": written_or_none(dependency.limit, needed, dependency.receiver_granularity),
        "receiver_late": written_or_none(dependency.late, needed, dependency.receiver_granularity),
        "margin": None
        if dependency.margin is None
        else Duration(dependency.margin, dependency.receiver_minutes_per_day),
        "driving": dependency.driving,
        "imposed": None if imposed is None else _imposed(dependency, imposed),
        "suspended": _suspension(dependency),
    }


def read_of(dependency: Dependency, would_move: list[MovedDate] | None = None) -> DependencyRead:
    """The dependency as clients see it."""
    state = state_of(dependency)
    history = [Step.model_validate(step) for step in dependency.history]
    return DependencyRead(
        **{name: getattr(state, name) for name in DependencyState.model_fields}, history=history, would_move=would_move
    )


def hours_of(minutes_per_day: int) -> Decimal:
    """A day's hours."""
    return Decimal(minutes_per_day) / 60


def _commitment(by: str | None, at: datetime | None) -> Commitment | None:
    return None if by is None or at is None else Commitment(by=by, at=at)


def _imposed(dependency: Dependency, at: int) -> ImposedDate:
    side = dependency.imposed_side or dependency.receiver_side
    moment = planning.to_moment(at) if dependency.imposed_by_minute else None
    return ImposedDate(side=side, at=written(at, side, dependency.receiver_granularity), moment=moment)


def _suspension(dependency: Dependency) -> Suspension | None:
    if dependency.suspended_path is None:
        return None
    return Suspension.model_validate({"reason": SuspensionReason.CYCLE, "path": dependency.suspended_path})


def _threshold(dependency: Dependency) -> Duration | None:
    threshold = dependency.margin_threshold
    return None if threshold is None else Duration(threshold, dependency.lag_minutes_per_day)


def _delivery(dependency: Dependency) -> Delivery | None:
    if dependency.delivered_by is None or dependency.delivered_at is None:
        return None
    return Delivery(by=dependency.delivered_by, at=dependency.delivered_at, evidence=dependency.delivery_evidence or "")


def _slip_answer(dependency: Dependency) -> SlipAnswer | None:
    if dependency.slip_decision is None or dependency.slip_forecast is None or dependency.slip_at is None:
        return None
    return SlipAnswer(
        decision=dependency.slip_decision,
        forecast=written(dependency.slip_forecast, dependency.provider_side, dependency.provider_granularity),
        by=dependency.slip_by or "",
        at=dependency.slip_at,
    )
