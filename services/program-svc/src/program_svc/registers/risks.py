"""The risks of a program: what may happen to it as a whole, or was escalated to it."""

from collections.abc import Iterable

from sqlalchemy import select

from contracts.program_events.governance import IssueFields, RiskFields, RiskState
from contracts.program_events.registers import RISK
from contracts.vocabulary import RiskKind, RiskResponse, RiskStatus
from program_svc.boundaries import LockedProgram
from program_svc.register.actions import create
from program_svc.register.declared import Broken, Declared
from program_svc.registers.governance import ISSUES
from program_svc.registers.named import check_goal, check_task
from program_svc.registers.origins import TakenOver, takes_over
from program_svc.replica.models import RISKS as KNOWN_RISKS

THREAT_RESPONSES = {
    RiskResponse.AVOID,
    RiskResponse.TRANSFER,
    RiskResponse.MITIGATE,
    RiskResponse.ACCEPT,
    RiskResponse.ESCALATE,
}
OPPORTUNITY_RESPONSES = {
    RiskResponse.EXPLOIT,
    RiskResponse.SHARE,
    RiskResponse.ENHANCE,
    RiskResponse.ACCEPT,
    RiskResponse.ESCALATE,
}
_takes_over = takes_over(KNOWN_RISKS, "risks")


def _risk_rules(risk: RiskState) -> Iterable[Broken]:
    legal = THREAT_RESPONSES if risk.kind is RiskKind.THREAT else OPPORTUNITY_RESPONSES
    if risk.response is not None and risk.response not in legal:
        names = ", ".join(sorted(legal))
        yield "/response", "response_of_kind", f"A response to {risk.kind.value} is one of: {names}."
    if risk.state is RiskStatus.RESPONSE_PLANNED and risk.response is None:
        yield "/response", "response_missing", "Say what the response is."
    if risk.cost_impact.amount < 0:
        yield "/cost_impact", "negative_impact", "An impact is not negative; whether it costs or saves is its kind."


async def _check(locked: LockedProgram, risk: RiskState) -> None:
    """Raises NotFound for an origin, a task or a goal that is not there, and TakenOver."""
    await _takes_over(locked, risk)
    table = RISKS.table
    until_now = await locked.session.scalar(select(table.c.task).where(table.c.id == risk.id))
    if risk.task is not None and risk.task.model_dump(mode="json") != until_now:  # its project may have left since
        await check_task(locked, risk.task, "/task/task_id")
    if risk.goal_id is not None:
        await check_goal(locked, risk.goal_id)


async def _raise_issue(locked: LockedProgram, before: RiskState, risk: RiskState) -> None:
    """What has occurred is an issue from now on."""
    if risk.state is not RiskStatus.OCCURRED or before.state is risk.state:
        return
    issue = IssueFields(
        title=risk.title,
        description=risk.description,
        category=risk.category,
        owner=risk.owner,
        raised_on=risk.updated_at.date(),
        risk_id=risk.id,
    )
    await create(locked, ISSUES, issue)


RISKS = Declared(
    name="risk",
    collection="risks",
    about="something that may happen to it as a whole, or was escalated to it.",
    fields=RiskFields,
    state=RiskState,
    life=RISK,
    filters=("state", "kind", "category", "owner"),
    sorts=("title",),
    begins=RiskStatus.IDENTIFIED,
    steps={
        RiskStatus.IDENTIFIED: (RiskStatus.ASSESSED, RiskStatus.CLOSED, RiskStatus.OCCURRED),
        RiskStatus.ASSESSED: (RiskStatus.RESPONSE_PLANNED, RiskStatus.CLOSED, RiskStatus.OCCURRED),
        RiskStatus.RESPONSE_PLANNED: (RiskStatus.MONITORING, RiskStatus.CLOSED, RiskStatus.OCCURRED),
        RiskStatus.MONITORING: (RiskStatus.CLOSED, RiskStatus.OCCURRED),
        RiskStatus.CLOSED: (),
        RiskStatus.OCCURRED: (),
    },
    rules=_risk_rules,
    check=_check,
    refuses=(TakenOver,),
    follows=_raise_issue,
)
