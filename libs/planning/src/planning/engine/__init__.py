"""The network engine: early and late dates, floats and drivers of plans in arrays, by compiled kernels.

Imported on its own, for it brings numba (planning.kernel). `compute` schedules columns, `LiveNetwork` keeps their dates under changes;
`planning.schedule` is the way in for plans of objects.
"""

from planning.engine.arrays import ABSENT, NEVER, Ints
from planning.engine.changes import Change, LinkRow, Moved, Outcome, Removed, TaskRow
from planning.engine.columns import Columns, ImposedColumns, LinkColumns, TaskColumns
from planning.engine.dates import Dates
from planning.engine.given import columns_of
from planning.engine.glance import Glance
from planning.engine.live import LiveNetwork
from planning.engine.run import compute
from planning.engine.scheduling import schedule

__all__ = [
    "ABSENT",
    "NEVER",
    "Change",
    "Columns",
    "Dates",
    "Glance",
    "ImposedColumns",
    "Ints",
    "LinkColumns",
    "LinkRow",
    "LiveNetwork",
    "Moved",
    "Outcome",
    "Removed",
    "TaskColumns",
    "TaskRow",
    "columns_of",
    "compute",
    "schedule",
]
