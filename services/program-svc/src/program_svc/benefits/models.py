"""Benefits: declared, with what only the database can tell of them; and their measurements."""

from collections.abc import Iterable
from itertools import pairwise
from uuid import UUID

from contracts.program_events.benefits import BenefitFields, BenefitState, BenefitStatus, MeasurementState
from contracts.program_events.registers import BENEFIT
from contracts.values import Day, ExternalRef, Number, Shape, Text
from program_svc.boundaries import LockedProgram
from program_svc.register.declared import Broken, Declared
from program_svc.register.tables import HOME
from program_svc.registers.named import check_goal, check_task, components_among, missing

S = BenefitStatus


class MeasurementCreate(Shape):
    """A measured value."""

    value: Number
    on: Day
    note: Text = ""
    external_ref: ExternalRef | None = None


def _rules(benefit: BenefitState) -> Iterable[Broken]:
    if benefit.state is not S.IDENTIFIED:
        if benefit.planned_on is None:
            yield "/planned_on", "planned_when", "A benefit that is planned says when it will be realised."
        if not benefit.owner:
            yield "/owner", "owned_by_whom", "A benefit that is planned has an owner."
    if any(one.after_days >= other.after_days for one, other in pairwise(benefit.profile)):
        yield "/profile", "profile_order", "The points of a profile are in the order of their days, each day once."
    projects = [each.project_id for each in benefit.contributors]
    if len(set(projects)) < len(projects):
        yield "/contributors", "project_twice", "A project contributes once."


async def _check(locked: LockedProgram, benefit: BenefitState) -> None:
    """Contributors and the milestone's project are components, the milestone is a task there, the goal exists. Raises NotFound."""
    known = await components_among(locked, [each.project_id for each in benefit.contributors])
    for index, each in enumerate(benefit.contributors):
        if each.project_id not in known:
            raise missing(f"/contributors/{index}/project_id", f"This program has no project {each.project_id}.")
    if benefit.milestone is not None:
        await check_task(locked, benefit.milestone, "/milestone/task_id")
    if benefit.goal_id is not None:
        await check_goal(locked, benefit.goal_id)


BENEFITS = Declared(
    name="benefit",
    collection="benefits",
    about="a measurable improvement that lasts after its projects are done.",
    fields=BenefitFields,
    state=BenefitState,
    life=BENEFIT,
    filters=("state", "owner", "goal_id"),
    sorts=("name",),
    begins=S.IDENTIFIED,
    steps={
        S.IDENTIFIED: (S.PLANNED, S.CLOSED),
        S.PLANNED: (S.DELIVERING, S.IDENTIFIED, S.CLOSED),
        S.DELIVERING: (S.TRANSITIONED, S.CLOSED),
        S.TRANSITIONED: (S.SUSTAINED, S.CLOSED),
        S.SUSTAINED: (S.CLOSED,),
        S.CLOSED: (),
    },
    rules=_rules,
    check=_check,
)
MEASUREMENTS = HOME.table_for("measurements", MeasurementState)


def tasks_of(benefits: Iterable[BenefitState]) -> set[UUID]:
    """The tasks with whose finish these benefits begin."""
    return {each.milestone.task_id for each in benefits if each.milestone is not None}
