"""A change request: its declaration, and what is written down at its steps."""

from pydantic import Field

from contracts.project_events.change_requests import (
    ChangeImpact,
    ChangeRequestFields,
    ChangeRequestState,
    ChangeRequestStateV1,
    ChangeRequestStatus,
    Premise,
)
from contracts.project_events.operations import PlannedRecord, PlanOperation
from contracts.project_events.registers import CHANGE_REQUEST, CHANGE_REQUEST_V1
from contracts.values import ExternalRef, Id, Instant, Label, Shape, Text
from project_svc.register.declared import Declared, Older

S = ChangeRequestStatus
PLANNED = frozenset(each.value for each in PlannedRecord)


def first_version(request: ChangeRequestState) -> ChangeRequestStateV1:
    """A request as the first version of its events tells it."""
    kept = [number for number, each in enumerate(request.operations) if each.record.value in PLANNED]
    place = {number: at for at, number in enumerate(kept)}
    impact = request.impact
    if impact is not None:
        premises = [
            Premise(operation=place[each.operation], values=each.values)
            for each in impact.premises
            if each.operation in place
        ]
        impact = impact.model_copy(update={"premises": premises})
    operations = [PlanOperation.model_validate(request.operations[number].model_dump()) for number in kept]
    same = {name: getattr(request, name) for name in ChangeRequestStateV1.model_fields}
    return ChangeRequestStateV1(**same | {"operations": operations, "impact": impact})


CHANGE_REQUESTS = Declared(
    name="change_request",
    collection="change_requests",
    about="a change that somebody has to agree to before it is made.",
    fields=ChangeRequestFields,
    state=ChangeRequestState,
    life=CHANGE_REQUEST,
    older=Older(CHANGE_REQUEST_V1, first_version),
    filters=("state", "priority", "requested_by", "decided_by"),
    sorts=("title",),
    begins=S.DRAFT,
    steps={  # docs/decisions/0026 says why an approved one may be deferred, and a deferred one come back
        S.DRAFT: (S.SUBMITTED,),
        S.SUBMITTED: (S.ASSESSED,),
        S.ASSESSED: (S.ASSESSED, S.APPROVED, S.REJECTED, S.DEFERRED),
        S.APPROVED: (S.IMPLEMENTED, S.DEFERRED),
        S.REJECTED: (S.CLOSED,),
        S.DEFERRED: (S.SUBMITTED,),
        S.IMPLEMENTED: (S.CLOSED,),
        S.CLOSED: (),
    },
)
TABLE = CHANGE_REQUESTS.table
"""Made with the module, for baselines refer to it."""
WRITABLE = frozenset({S.DRAFT, S.DEFERRED})
"""States in which the request itself may be rewritten."""
MOST_BYTES = 200_000
"""Of a request's operations: its events carry them whole."""


class ChangeRequestCreate(ChangeRequestFields):
    """What somebody asks for."""

    external_ref: ExternalRef | None = None


class ChangeRequestWritten(ChangeRequestCreate):
    """A new request: nobody has assessed it, nobody has decided."""

    impact: ChangeImpact | None = None
    assessed_at: Instant | None = None
    decided_by: Label = ""
    decided_at: Instant | None = None
    decision_note: Text = ""
    implemented_revision: int | None = None
    touched: list[Id] = Field(default_factory=list)


class Decision(Shape):
    """Who decides, left out: the caller; and why."""

    decided_by: Label | None = None
    note: Text = ""


class Step(Shape):
    """The step to another state."""

    state: ChangeRequestStatus


class Assessed(Step):
    """What is written down when a request is assessed, or, with nothing, when that no longer holds."""

    impact: ChangeImpact | None
    assessed_at: Instant | None


class Decided(Step):
    """What is written down when somebody decides."""

    decided_by: Label
    decided_at: Instant
    decision_note: Text


class Implemented(Step):
    """What is written down when a request is carried out."""

    implemented_revision: int
    touched: list[Id]
