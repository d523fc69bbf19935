"""Plans from and to other programs: bytes in, a plain document and a fidelity report out, and back. No database, no network.

`read_mspdi` and `write_mspdi` are Microsoft Project's XML; `convert` turns other formats (MPP, XER, PMXML, …) into it, in a process of
its own. What is read, written, converted and dropped: docs/exchange.md.
"""

from planning.exchange.calendars import work_calendar
from planning.exchange.conversion import convert, read_foreign, why_missing
from planning.exchange.document import (
    Assignment,
    Baseline,
    Calendar,
    CalendarException,
    Document,
    DocumentLink,
    DocumentProject,
    DocumentTask,
    OtherEnd,
    OutsideLink,
    Rate,
    Resource,
    ResourceKind,
    WorkMode,
    WorkWeek,
)
from planning.exchange.errors import (
    BadValue,
    ConversionTimedOut,
    ConverterCrashed,
    ConverterMissing,
    ConverterOutOfMemory,
    ExchangeError,
    MalformedDocument,
    NotIsolated,
    NotWritable,
    TooLarge,
    UnknownReference,
    UnreadableFile,
)
from planning.exchange.fidelity import FidelityReport, Finding, Loss
from planning.exchange.mspdi.reading import read_mspdi
from planning.exchange.mspdi.writing import write_mspdi

__all__ = [
    "Assignment",
    "BadValue",
    "Baseline",
    "Calendar",
    "CalendarException",
    "ConversionTimedOut",
    "ConverterCrashed",
    "ConverterMissing",
    "ConverterOutOfMemory",
    "Document",
    "DocumentLink",
    "DocumentProject",
    "DocumentTask",
    "ExchangeError",
    "FidelityReport",
    "Finding",
    "Loss",
    "MalformedDocument",
    "NotIsolated",
    "NotWritable",
    "OtherEnd",
    "OutsideLink",
    "Rate",
    "Resource",
    "ResourceKind",
    "TooLarge",
    "UnknownReference",
    "UnreadableFile",
    "WorkMode",
    "WorkWeek",
    "convert",
    "read_foreign",
    "read_mspdi",
    "why_missing",
    "work_calendar",
    "write_mspdi",
]
