"""An import: what is asked for, and what came of it."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contracts.values import Currency, DayOrMoment, Id, Key, Name, Shape
from contracts.vocabulary import Granularity
from project_svc.exchange.names import ImportForm
from project_svc.schedule.models import Moved

SHOWN_IDS = 100
"""Source ids that a finding lists; `count` says how many there are."""


class ImportAsk(Shape):
    """What a file is, and what the file may not say itself."""

    file_name: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    form: ImportForm
    source: Name
    """The system that the file comes from: with the ids in it, it says what is there already."""
    project: Name | None = None
    """What the project is called there; without it, what the file says."""
    key: Key | None = None
    name: Name | None = None
    start: DayOrMoment | None = None
    currency: Currency | None = None
    granularity: Granularity = Granularity.MINUTE
    project_id: Id | None = None
    """The project that the plan goes into; without it, the one that it was imported into before, or a new one."""
    is_for_new: bool = False
    """Whether it may become a new project, and no other: who asks organises projects, and manages them not all."""
    dry_run: bool = False
    """Say what would come of it, and keep nothing."""


class FidelityFinding(Shape):
    """A field of the file that was dropped or converted."""

    loss: Literal["dropped", "converted"]
    record: str
    field: str
    reason: str
    count: int
    source_ids: list[str]
    """The first hundred of the records that it was found on."""


class Written(Shape):
    """What became of one kind of record."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0


class ImportRead(Shape):
    """What came of an import: the job's `result`."""

    project_id: Id | None
    """Null where a preview would have made a new project."""
    revision: int
    dry_run: bool
    """Whether nothing of this was kept."""
    moved: Annotated[
        list[Moved], Field(description="of a preview: dates that the project has now and would have no longer")
    ]
    tasks: Written
    links: Written
    calendars: Written
    baselines: Written
    budget_lines: Written
    resources: Written
    assignments: Written
    outside_links: Written
    """To tasks of other projects; `GET /projects/{project_id}/outside-links` says what each waits for."""
    completed_links: int
    """Links of other projects that have waited for this one."""
    not_in_file: Annotated[
        list[Id], Field(description="tasks of an earlier import that this file no longer has; they stay")
    ]
    fidelity: list[FidelityFinding]
