"""Microsoft Project's own numbers in its XML (mspdi_pj12.xsd and the elements of later versions), once."""

from planning.exchange.document import ResourceKind, WorkMode
from planning.plan import ConstraintType, LinkType

NAMESPACE = "http://schemas.microsoft.com/project"

LINKS = {0: LinkType.FF, 1: LinkType.FS, 2: LinkType.SF, 3: LinkType.SS}
CONSTRAINTS = {
    0: ConstraintType.ASAP,
    1: ConstraintType.ALAP,
    2: ConstraintType.MSO,
    3: ConstraintType.MFO,
    4: ConstraintType.SNET,
    5: ConstraintType.SNLT,
    6: ConstraintType.FNET,
    7: ConstraintType.FNLT,
}
WORK_MODES = {0: WorkMode.FIXED_UNITS, 1: WorkMode.FIXED_DURATION, 2: WorkMode.FIXED_WORK}
RESOURCES = {0: ResourceKind.MATERIAL, 1: ResourceKind.WORK, 2: ResourceKind.COST}

LAG_UNITS_PER_MINUTE = 10
"""LinkLag is in tenths of a minute, in whatever unit LagFormat shows it."""

ESTIMATED = 32
"""What the question mark adds to a duration format: 7 is days, 39 is days?."""

DAYS = 7
ELAPSED = {4, 6, 8, 10, 12}
ELAPSED_DAYS = 8
PERCENT = {19, 20}
UNITS = {3, 5, 7, 9, 11, *ELAPSED, *PERCENT, 21}

FIRST_WEEKDAY, LAST_WEEKDAY = 1, 7
"""DayType: 1 is Sunday, 7 is Saturday."""
EXCEPTION_DAY = 0

HUNDREDTHS = 100
"""Costs are in hundredths of the currency; rates are not."""

RATE_PER_HOUR, RATE_PER_UNIT = 2, 8
UNASSIGNED = "-65535"
NO_CALENDAR = "-1"
ROUND_THE_CLOCK_NAME = "24 Hours"

KIND_ALIAS = "Interlock kind"
KIND_FIELD = "188744016"
"""Text30 of a task. Project knows no level of effort, so a custom field of this alias says it."""

COMPUTED = "computed by the source; the engine computes it anew"
UNKNOWN = "the document has no place for it"

COMPUTED_OF_TASK = frozenset({
    "WBSLevel", "EarlyStart", "EarlyFinish", "LateStart", "LateFinish", "StartVariance", "FinishVariance",
    "WorkVariance", "FreeSlack", "TotalSlack", "Critical", "OverAllocated", "ACWP", "CV", "BCWS", "BCWP", "PercentWorkComplete",
    "ActualDuration", "ActualWork", "RemainingWork", "RemainingCost", "RegularWork", "PreLeveledStart", "PreLeveledFinish", "StartSlack",
    "FinishSlack", "DurationFormat", "StartText", "FinishText", "DurationText", "Summary", "OutlineLevel", "Stop", "Resume",
})  # fmt: skip
COMPUTED_OF_RESOURCE = frozenset({
    "OverAllocated", "Cost", "ActualCost", "RemainingCost", "Work", "ActualWork", "RemainingWork", "RegularWork", "PercentWorkComplete",
    "ACWP", "CV", "SV", "BCWS", "BCWP", "CostVariance", "WorkVariance", "PeakUnits", "Start", "Finish", "StandardRateFormat",
    "OvertimeRateFormat",
})  # fmt: skip
COMPUTED_OF_ASSIGNMENT = frozenset({
    "PercentWorkComplete", "RemainingCost", "RegularWork", "ACWP", "CV", "BCWS", "BCWP", "CostVariance", "WorkVariance", "StartVariance",
    "FinishVariance", "Overallocated", "OverAllocated", "PeakUnits",
})  # fmt: skip
COMPUTED_OF_PROJECT = frozenset({"FinishDate", "CurrentDate"})
ABOUT_THE_FILE = ("SaveVersion", "BuildNumber", "UID", "Revision")
"""Elements that say nothing of the plan."""
