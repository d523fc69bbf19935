"""Sequences are drawn among operations that have to do with each other: among all of them, hardly one leads on to another."""

from typing import Final

_OF_PROJECTS: Final = r"^/v1/projects(/\{{project_id\}}(/({}).*)?)?$"
_OF_PROGRAMS: Final = r"^/v1/(programs(/\{{program_id\}}(/({}).*)?)?|{})$"

AREAS: Final = (
    _OF_PROJECTS.format("tasks|links|outside-links|calendars|imposed-dates|batch|snapshot|schedule|export"),
    _OF_PROJECTS.format("risks|risk-assessment|issues|decisions|actions|assumptions|comments|work-list"),
    _OF_PROJECTS.format("stakeholders|deliverables|phases|gates|status-reports|exceptions|tolerances"),
    _OF_PROJECTS.format("budget|resources|assignments|earned-value"),
    _OF_PROJECTS.format("baselines|change-requests"),
    _OF_PROGRAMS.format(
        "components|dependencies|schedule|what-if|simulate|scenarios|scenario-comparison|proposals|baselines",
        "dependencies.*",
    ),
    _OF_PROGRAMS.format("gates|decisions|issues|risks|stakeholders|change-requests", "portfolios.*"),
    _OF_PROGRAMS.format("benefits|funding|exchange-rates|subscriptions|status-reports|exceptions|tolerances", "jobs.*"),
    _OF_PROGRAMS.format(
        "goals|overview|roadmap|earned-value|budget|snapshot|paths", "(goals|key-results|alignments).*"
    ),
    r"^/v1/calendars(/.*)?$",
    r"^/v1/(members|roles|invitations|api-tokens|webhooks|organizations)",
)
"""Regular expressions over paths of the document. Each link leads from one operation to another of the same area (a test looks)."""
