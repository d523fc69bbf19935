"""What can happen to a risk."""

from sqlalchemy import select

from chassis.patch import changes_of
from chassis.problem import InvalidRequest, invalid
from contracts.project_events import RiskCreated, RiskDeleted, RiskUpdated
from contracts.project_events.log import ActionStatus, IssueFields
from contracts.values import Money, WrittenDuration
from contracts.vocabulary import RiskStatus
from project_svc.calendars.days import bound
from project_svc.projects.locked import LockedProject
from project_svc.register.actions import create
from project_svc.registers import ACTIONS, ISSUES
from project_svc.risks.models import WITHOUT_ACTIONS, Risk, RiskCreate, RiskUpdate
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
        proximity=body.proximity,
        residual_probability=body.residual_probability,
        residual_cost_impact=None if body.residual_cost_impact is None else body.residual_cost_impact.amount,
        residual_days_impact=None
        if body.residual_days_impact is None
        else bound(body.residual_days_impact, project.row.minutes_per_day, "/residual_days_impact").minutes,
        updated_at=project.now,
    )
    _check_currency(risk, body.residual_cost_impact)
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
        if risk.state is RiskStatus.MONITORING is not before.state:
            await _check_actions(project, risk)
    for name, value in changes.items():
        match value:
            case Money() if name == "residual_cost_impact":
                risk.residual_cost_impact = value.amount
            case Money():
                risk.cost_impact, risk.currency = value.amount, value.currency
            case WrittenDuration():
                setattr(risk, name, bound(value, risk.minutes_per_day, f"/{name}").minutes)
            case _:
                setattr(risk, name, value)
    _check_currency(risk, changes.get("residual_cost_impact"))
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


def _check_currency(risk: Risk, residual: Money | None) -> None:
    """Raise InvalidRequest for an impact after the response in another currency than the one before it."""
    if residual is not None and residual.currency != risk.currency:
        raise invalid("/residual_cost_impact/currency", "currency", f"This risk counts in {risk.currency}.")


async def _check(project: LockedProject, risk: Risk) -> None:
    if errors := risk.broken_rules(project.row.currency):
        raise InvalidRequest(errors[0].message, errors=errors)
    if risk.task_id is not None:
        await task_of(project, risk.task_id, "/task_id")


async def _check_actions(project: LockedProject, risk: Risk) -> None:
    """Raise InvalidRequest for a response that nobody has anything to do for, unless it is to wait, or to leave it to somebody else."""
    table = ACTIONS.table
    doing = select(table.c.id).where(table.c.risk_id == risk.id, table.c.state != ActionStatus.CANCELLED).limit(1)
    if risk.response not in WITHOUT_ACTIONS and (await project.session.execute(doing)).first() is None:
        message = "Write down who does what by when: an action that names this risk."
        raise invalid("/state", "actions_missing", message)


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
