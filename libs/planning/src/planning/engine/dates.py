"""The answer of a scheduling run, as columns in the plan's order."""

from dataclasses import dataclass

from planning.engine import arrays
from planning.engine.arrays import Flags, Instants, Ints


@dataclass(frozen=True, slots=True)
class Dates:
    """See planning.scheduled. start, finish: of the whole plan. table: [tasks, columns as in planning.engine.arrays].

    critical: 0 or 1. driving_link, driving_imposed: row of the link or imposed date that drives each task, or NEVER.
    longest_path: rows of tasks. project_float: total float against the own project's finish or deadline, links between projects left
    out; None where it was not asked for.
    """

    start: int
    finish: int
    table: Instants
    critical: Flags
    driving_link: Ints
    driving_imposed: Ints
    longest_path: list[int]
    project_float: Instants | None = None

    @property
    def early_start(self) -> Instants:
        return self.table[:, arrays.EARLY_START]

    @property
    def early_finish(self) -> Instants:
        return self.table[:, arrays.EARLY_FINISH]

    @property
    def late_start(self) -> Instants:
        return self.table[:, arrays.LATE_START]

    @property
    def late_finish(self) -> Instants:
        return self.table[:, arrays.LATE_FINISH]

    @property
    def total_float(self) -> Instants:
        return self.table[:, arrays.TOTAL_FLOAT]

    @property
    def free_float(self) -> Instants:
        return self.table[:, arrays.FREE_FLOAT]

    @property
    def scheduled_start(self) -> Instants:
        return self.table[:, arrays.SCHEDULED_START]

    @property
    def scheduled_finish(self) -> Instants:
        return self.table[:, arrays.SCHEDULED_FINISH]
