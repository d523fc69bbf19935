"""What two sides have agreed on, kept while new terms are on the table, so that these can be taken back."""

from datetime import date, datetime

from contracts.vocabulary import DependencyStatus
from program_svc.dependencies.models import Dependency

DAYS = ("needed_by", "promised_by")
AGREEING = ("provider_committed_at", "receiver_committed_at")
WORDS = ("acceptance_criterion", "provider_committed_by", "receiver_committed_by")
BREACHED = "is_breached"


def keep_agreement(dependency: Dependency) -> None:
    """Before the terms change. Nothing is kept of a proposal, which both sides have yet to agree on."""
    if dependency.committed_at is None:
        return
    dependency.agreed = {name: getattr(dependency, name) for name in WORDS} | {
        BREACHED: dependency.state is DependencyStatus.BREACHED
    }
    for name in (*DAYS, *AGREEING):
        at: date | None = getattr(dependency, name)
        dependency.agreed[name] = None if at is None else at.isoformat()


def days_in_force(dependency: Dependency) -> dict[str, date | None]:
    """The dates that both sides agreed on last, whatever is on the table."""
    agreed = dependency.agreed
    if agreed is None:
        return {name: getattr(dependency, name) for name in DAYS}
    return {name: agreed[name] and date.fromisoformat(agreed[name]) for name in DAYS}


def return_to_agreement(dependency: Dependency) -> None:
    """As if the new terms had never been on the table: a date that was broken is broken."""
    agreed = dependency.agreed or {}
    for name in WORDS:
        setattr(dependency, name, agreed[name])
    for name, day in days_in_force(dependency).items():
        setattr(dependency, name, day)
    for name in AGREEING:
        setattr(dependency, name, agreed[name] and datetime.fromisoformat(agreed[name]))
    dependency.state = DependencyStatus.BREACHED if agreed[BREACHED] else DependencyStatus.COMMITTED
    dependency.agreed = None
