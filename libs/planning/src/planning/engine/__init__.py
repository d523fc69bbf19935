"""The network engine: early and late dates, floats and drivers of plans in arrays, by compiled kernels.

`planning.compute` and `planning.schedule` are the ways in; `LiveNetwork` keeps the dates of a plan under changes. Names are loaded when
they are first used, for what runs kernels brings numba (planning.kernel), and what describes a plan does not.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from planning.critical_path import compute, schedule

if TYPE_CHECKING:
    from planning.engine.arrays import ABSENT, NEVER, Ints
    from planning.engine.changes import Change, LinkRow, Moved, Outcome, Removed, TaskRow
    from planning.engine.columns import Columns, ImposedColumns, LinkColumns, TaskColumns
    from planning.engine.dates import Dates
    from planning.engine.given import columns_of
    from planning.engine.glance import Glance
    from planning.engine.live import LiveNetwork

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

_MODULES = {
    "arrays": ("ABSENT", "NEVER", "Ints"),
    "changes": ("Change", "LinkRow", "Moved", "Outcome", "Removed", "TaskRow"),
    "columns": ("Columns", "ImposedColumns", "LinkColumns", "TaskColumns"),
    "dates": ("Dates",),
    "given": ("columns_of",),
    "glance": ("Glance",),
    "live": ("LiveNetwork",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
