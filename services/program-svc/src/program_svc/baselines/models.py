"""Program baselines: declared, and the dates that they keep, row by row as they were copied."""

from uuid import UUID

from sqlmodel import Field

from chassis.problem import Conflict
from contracts.program_events.control import BaselineFields, BaselineState
from contracts.program_events.registers import BASELINE
from contracts.project_events.baselines import BaselineStatus
from program_svc.register.declared import Declared
from program_svc.tables import MINUTES, ProgramTable


class BaselineFixed(Conflict):
    """An approved baseline stays what it is; another one may take its place."""

    slug, title = "baseline-fixed", "The baseline is no draft any more"


class BaselineTask(ProgramTable, table=True):
    """One task as it was in the program's network. It never changes, and stays when the task is gone."""

    __tablename__ = "baseline_tasks"

    baseline_id: UUID = Field(primary_key=True, foreign_key="baselines.id", ondelete="CASCADE")
    task_id: UUID = Field(primary_key=True)
    organization_id: UUID
    project_id: UUID
    name: str
    kind: str
    early_start: int = Field(sa_type=MINUTES)
    early_finish: int = Field(sa_type=MINUTES)


BASELINES = Declared(
    name="baseline",
    collection="baselines",
    about="its dates as all its projects stand at one moment.",
    fields=BaselineFields,
    state=BaselineState,
    life=BASELINE,
    filters=("state",),
    sorts=("name",),
    begins=BaselineStatus.DRAFT,
    steps={
        BaselineStatus.DRAFT: (BaselineStatus.APPROVED,),
        BaselineStatus.APPROVED: (BaselineStatus.SUPERSEDED,),
        BaselineStatus.SUPERSEDED: (),
    },
)
