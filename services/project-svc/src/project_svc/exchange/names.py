"""The forms in which plans come, by name; the readers themselves are `project_svc.exchange.forms`, which few processes load."""

from enum import StrEnum
from pathlib import PurePath

from chassis.problem import InvalidRequest


class ImportForm(StrEnum):
    """What a file is written in; `foreign` is whatever MPXJ reads (MPP, XER, PMXML, MPX, …), where it is installed."""

    MSPDI = "mspdi"
    CSV = "csv"
    JSON = "json"
    FOREIGN = "foreign"


BY_ENDING = {".xml": ImportForm.MSPDI, ".csv": ImportForm.CSV, ".json": ImportForm.JSON}


class UnreadableImport(InvalidRequest):
    """The file cannot be taken over; `detail` says where and why. Nothing was written."""

    slug, title = "unreadable-file", "The file cannot be read"


def form_of(name: str) -> ImportForm:
    """The form that a file's name tells."""
    return BY_ENDING.get(PurePath(name).suffix.lower(), ImportForm.FOREIGN)
