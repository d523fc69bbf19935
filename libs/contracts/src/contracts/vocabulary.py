"""The words that records are described with, as they go over the wire. `planning` has its own of the same values."""

from enum import StrEnum


class Granularity(StrEnum):
    """How finely a project plans: in `minute` projects dates may carry a time of day."""

    DAY = "day"
    MINUTE = "minute"


class ProjectStatus(StrEnum):
    """`proposed → approved → planning → baselined → executing ⇄ on_hold → closing → closed`; open → `cancelled`."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    PLANNING = "planning"
    BASELINED = "baselined"
    EXECUTING = "executing"
    ON_HOLD = "on_hold"
    CLOSING = "closing"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class TaskKind(StrEnum):
    """A milestone has no duration, a summary is the sum of its children."""

    TASK = "task"
    MILESTONE = "milestone"
    SUMMARY = "summary"
    LEVEL_OF_EFFORT = "level_of_effort"


class TaskStatus(StrEnum):
    """`not_started → in_progress → complete`, plus `on_hold` and `cancelled`."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETE = "complete"
    ON_HOLD = "on_hold"
    CANCELLED = "cancelled"


class SchedulingMode(StrEnum):
    """Whether dates are computed as soon or as late as possible, or given by hand."""

    AUTO_ASAP = "auto_asap"
    AUTO_ALAP = "auto_alap"
    MANUAL = "manual"


class ProgressLogic(StrEnum):
    """What holds the rest of a task that has begun out of sequence: the links into it, or (override) only those that bound its finish."""

    RETAINED = "retained"
    OVERRIDE = "override"


class ConstraintType(StrEnum):
    """As soon / as late as possible; start or finish no earlier / no later than; must start / must finish on."""

    ASAP = "ASAP"
    ALAP = "ALAP"
    SNET = "SNET"
    SNLT = "SNLT"
    FNET = "FNET"
    FNLT = "FNLT"
    MSO = "MSO"
    MFO = "MFO"


class LinkType(StrEnum):
    """Which end of the predecessor holds back which end of the successor: finish-to-start and so on."""

    FS = "FS"
    SS = "SS"
    FF = "FF"
    SF = "SF"


class LagCalendar(StrEnum):
    """Whose working time a link's lag is counted in."""

    PREDECESSOR = "predecessor"
    SUCCESSOR = "successor"
    PROJECT = "project"
    ALWAYS = "24h"


class RiskKind(StrEnum):
    """A threat costs, an opportunity saves."""

    THREAT = "threat"
    OPPORTUNITY = "opportunity"


class RiskProximity(StrEnum):
    """How soon a risk may happen."""

    IMMINENT = "imminent"
    WITHIN_THE_PHASE = "within_the_phase"
    WITHIN_THE_PROJECT = "within_the_project"
    BEYOND_THE_PROJECT = "beyond_the_project"


class RiskResponse(StrEnum):
    """To a threat: avoid, transfer, mitigate, accept, escalate; to an opportunity: exploit, share, enhance, accept, escalate."""

    AVOID = "avoid"
    TRANSFER = "transfer"
    MITIGATE = "mitigate"
    EXPLOIT = "exploit"
    SHARE = "share"
    ENHANCE = "enhance"
    ACCEPT = "accept"
    ESCALATE = "escalate"


class RiskStatus(StrEnum):
    """`identified → assessed → response_planned → monitoring → closed`, or `occurred`."""

    IDENTIFIED = "identified"
    ASSESSED = "assessed"
    RESPONSE_PLANNED = "response_planned"
    MONITORING = "monitoring"
    CLOSED = "closed"
    OCCURRED = "occurred"


OPEN_RISKS = frozenset(RiskStatus) - {RiskStatus.CLOSED, RiskStatus.OCCURRED}
"""In which a risk may still happen."""


class ProgramStatus(StrEnum):
    """`identified → definition → delivery ⇄ on_hold → closure → closed`; any → `terminated`."""

    IDENTIFIED = "identified"
    DEFINITION = "definition"
    DELIVERY = "delivery"
    ON_HOLD = "on_hold"
    CLOSURE = "closure"
    CLOSED = "closed"
    TERMINATED = "terminated"


class DependencyPolicy(StrEnum):
    """`hard`: dates flow through. `soft`: the receiver's manager accepts or rejects each slip."""

    HARD = "hard"
    SOFT = "soft"


class DependencyStatus(StrEnum):
    """A dependency shapes the program's dates once both ends have committed, until it is withdrawn, rejected, cancelled or dissolved.

    One that is proposed shapes none; one that is renegotiated holds what was agreed before, if anything was.
    """

    PROPOSED = "proposed"
    RENEGOTIATING = "renegotiating"
    COMMITTED = "committed"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    DISPUTED = "disputed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    DISSOLVED = "dissolved"


class DependencyEnd(StrEnum):
    """The provider gives, the receiver needs."""

    PROVIDER = "provider"
    RECEIVER = "receiver"


class TaskSide(StrEnum):
    """Which of a task's two dates something holds back."""

    START = "start"
    FINISH = "finish"


class SlipDecision(StrEnum):
    """What the receiver of a soft dependency said to the provider's later forecast."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


class SuspensionReason(StrEnum):
    """Why a committed dependency is left out of the network for now."""

    CYCLE = "cycle"


class GoalStatus(StrEnum):
    """A live goal is `active`; a cancelled one is left out of its parent's progress."""

    ACTIVE = "active"
    ACHIEVED = "achieved"
    CANCELLED = "cancelled"


class KeyResultKind(StrEnum):
    """Which direction is progress; a milestone is reached or not."""

    MAXIMIZE = "maximize"
    MINIMIZE = "minimize"
    MILESTONE = "milestone"


class OrganizationRole(StrEnum):
    """What a subject may do in the whole organisation; an auditor reads all and changes nothing."""

    ADMIN = "admin"
    PORTFOLIO_MANAGER = "portfolio_manager"
    AUDITOR = "auditor"


class ProgramRole(StrEnum):
    """What a member may do in one program."""

    PROGRAM_MANAGER = "program_manager"
    PROGRAM_MEMBER = "program_member"
    VIEWER = "viewer"


class ProjectRole(StrEnum):
    """What a member may do in one project."""

    PROJECT_MANAGER = "project_manager"
    PROJECT_MEMBER = "project_member"
    VIEWER = "viewer"
