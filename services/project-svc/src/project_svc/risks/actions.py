"""What can happen to a risk."""

from chassis.patch import changes_of
from chassis.problem import InvalidRequest
from contracts.project_events import RiskCreated, RiskDeleted, RiskUpdated
from contracts.project_events.log import IssueFields
from contracts.values import Money, WrittenDuration
from contracts.vocabulary import RiskStatus
from project_svc.calendars.days import bound
from project_svc.projects.locked import LockedProject
from project_svc.register.actions import create
from project_svc.registers import ISSUES
from project_svc.risks.models import Risk, RiskCreate, RiskUpdate
from project_svc.tasks.rules import task_of


async def create_risk(project: LockedProject, body: RiskCreate) -> Risk:
    """A new risk, identified. Raises InvalidRequest, and NotFound for an unknown task."""
    risk = Risk(
        **project.heading(body.external_ref),
        title=body.title,
        description=body.description,
        kind=body.kind,
        category=body.category,
        state=RiskStatus.IDENTIFIED,
        probability=body.probability,
        cost_impact=body.cost_impact.amount,
        currency=body.cost_impact.currency,
        days_impact=bound(body.days_impact, project.row.minutes_per_day, "/days_impact").minutes,
        minutes_per_day=project.row.minutes_per_day,
        response=body.response,
        owner=body.owner,
        trigger=body.trigger,
        contingency_plan=body.contingency_plan,
        escalated=body.escalated,
        task_id=body.task_id,
        review_on=body.review_on,
        updated_at=project.now,
    )
    await _check(project, risk)
    project.session.add(risk)
    await project.session.flush()
    project.record(RiskCreated.of(risk.wire()))
    return risk


async def update_risk(project: LockedProject, risk: Risk, body: RiskUpdate) -> None:
    """Change a risk; one that occurs becomes an issue. Raises InvalidRequest, NotFound for an unknown task, IllegalStep (409)."""
    before = risk.wire()
    changes = changes_of(body)
    if "state" in changes:
        risk.step(changes.pop("state"))
    for name, value in changes.items():
        match value:
            case Money():
                risk.cost_impact, risk.currency = value.amount, value.currency
            case WrittenDuration():
                setattr(risk, name, bound(value, risk.minutes_per_day, f"/{name}").minutes)
            case _:
                setattr(risk, name, value)
    with project.session.no_autoflush:
        await _check(project, risk)
    changed = project.changed(risk, before, RiskUpdated)
    await project.session.flush()
    if "state" in changed and risk.state is RiskStatus.OCCURRED:
        await _raise_issue(project, risk)


async def delete_risk(project: LockedProject, risk: Risk) -> None:
    """Remove a risk; one that is over is better closed, which keeps it."""
    project.record(RiskDeleted.of(risk.wire()))
    await project.session.delete(risk)
    await project.session.flush()


async def _check(project: LockedProject, risk: Risk) -> None:
    if errors := risk.broken_rules(project.row.currency):
        raise InvalidRequest(errors[0].message, errors=errors)
    if risk.task_id is not None:
        await task_of(project, risk.task_id, "/task_id")


async def _raise_issue(project: LockedProject, risk: Risk) -> None:
    issue = IssueFields(
        title=risk.title,
        description=risk.description,
        category=risk.category,
        owner=risk.owner,
        raised_on=project.now.date(),
        task_id=risk.task_id,
        risk_id=risk.id,
        escalated=risk.escalated,
    )
    await create(project, ISSUES, issue)
