"""What can happen to a program's baseline: it is copied, approved in the place of the one before, removed while it is a draft."""

from uuid import UUID

import orjson
from sqlalchemy import insert, update
from uuid_utils.compat import uuid7

from contracts.program_events.control import (
    AgreedDependency,
    BaselineFields,
    BaselineFigures,
    BaselineState,
    ProjectBudget,
)
from contracts.project_events.baselines import BaselineStatus
from contracts.values import ExternalRef, Label, Money, Shape, Text
from contracts.vocabulary import Granularity, TaskSide
from program_svc.baselines.copying import copy_dates
from program_svc.baselines.models import BASELINES, BaselineFixed
from program_svc.boundaries import LockedProgram
from program_svc.network.instants import written
from program_svc.register.actions import all_of, change, check_step, find, remove
from program_svc.register.tables import row_of
from program_svc.tables import now

HASHED_BY = "sha-256:"
NOT_YET = HASHED_BY + "0" * 64


class BaselineCreate(BaselineFields):
    """A new baseline."""

    external_ref: ExternalRef | None = None


class Approval(Shape):
    """Who approves a baseline."""

    approved_by: Label = ""
    """The caller, if nobody is named."""
    note: Text = ""


class _Nothing(Shape):
    """No change of what people write."""


async def create_baseline(locked: LockedProgram, body: BaselineCreate) -> BaselineState:
    """Copy dates and budgets of all projects, and what they agreed on, as they stand at one moment."""
    at = now()
    empty = BaselineState(
        id=uuid7(),
        organization_id=locked.organization_id,
        program_id=locked.program.id,
        external_ref=body.external_ref,
        revision=locked.revision,
        created_at=at,
        updated_at=at,
        name=body.name,
        description=body.description,
        state=BaselineStatus.DRAFT,
        positions={},
        content_hash=NOT_YET,
        figures=BaselineFigures(start=None, finish=None, tasks=0, dependencies=0, bac=[]),
        approved_by="",
        approved_at=None,
        approval_note="",
    )
    table = BASELINES.table
    await locked.session.execute(insert(table).values(row_of(empty)))  # its tasks name it
    copied = await copy_dates(locked.session, locked.program.id, empty.id, locked.organization_id)
    granularity = Granularity.MINUTE if copied["by_minute"] else Granularity.DAY
    figures = BaselineFigures(
        start=None if copied["start"] is None else written(copied["start"], TaskSide.START, granularity),
        finish=None if copied["finish"] is None else written(copied["finish"], TaskSide.FINISH, granularity),
        tasks=copied["tasks"],
        dependencies=copied["dependencies"],
        bac=[Money.of(amount, currency) for amount, currency in copied["bac"]],
        budgets=[
            ProjectBudget(project_id=project_id, budget=Money.of(amount, currency))
            for project_id, amount, currency in copied["budgets"]
        ],
        agreed=[AgreedDependency.model_validate_json(orjson.dumps(each)) for each in copied["agreed"]],
    )
    baseline = empty.model_copy(
        update={
            "positions": copied["positions"],
            "content_hash": HASHED_BY + copied["hash"],
            "figures": figures,
        }
    )
    values = {
        name: value for name, value in row_of(baseline).items() if name in {"positions", "content_hash", "figures"}
    }
    await locked.session.execute(update(table).where(table.c.id == baseline.id).values(values))
    locked.record(BASELINES.life.created.of(baseline))
    return baseline


async def approve_baseline(locked: LockedProgram, baseline_id: UUID, body: Approval, by: str) -> BaselineState:
    """From now on the program is measured by it, no longer by the one before. Raises NotFound and IllegalStep."""
    session, program_id = locked.session, locked.program.id
    baseline = await find(session, program_id, BASELINES, baseline_id)
    check_step(BASELINES, baseline, BaselineStatus.APPROVED)
    for other in await all_of(session, program_id, BASELINES):
        if other.state is BaselineStatus.APPROVED:
            await change(locked, BASELINES, other, _Nothing(), state=BaselineStatus.SUPERSEDED)
    approved = {"approved_by": body.approved_by or by, "approved_at": now(), "approval_note": body.note}
    return await change(locked, BASELINES, baseline, _Nothing(), state=BaselineStatus.APPROVED, **approved)


async def delete_baseline(locked: LockedProgram, baseline: BaselineState) -> None:
    """Remove a draft. Raises BaselineFixed."""
    if baseline.state is not BaselineStatus.DRAFT:
        raise BaselineFixed(f"The baseline is {baseline.state}.")
    await remove(locked, BASELINES, baseline)
