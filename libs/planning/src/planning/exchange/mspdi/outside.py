r"""Where a task of another project is, as Project says it: `C:\plans\track.mpp\7` is the task 7 of the project `track`."""

import re
from typing import NamedTuple

_ENDINGS = re.compile(r"\.(mpp|mpt|mpx|xml)$", re.IGNORECASE)


class Outside(NamedTuple):
    """A task of another project: what the project is called, and the task's id in it."""

    project: str
    task_id: str


def outside_of(path: str | None) -> Outside | None:
    """The task behind a path; None for one that does not say which task it is."""
    told = path or ""
    *folders, task_id = told.split("\\" if "\\" in told else "/")
    project = _ENDINGS.sub("", folders[-1].strip()) if folders else ""
    return Outside(project, task_id.strip()) if project and task_id.strip() else None


def path_of(place: Outside) -> str:
    """How Project says it."""
    return f"{place.project}\\{place.task_id}"
