"""What can happen to a commitment: it is entered."""

from contracts.project_events import CommitmentRecorded
from project_svc.budgets.actions import check_sum, entry_of, first_of, said
from project_svc.budgets.models import Booked
from project_svc.commitments.models import Commitment, CommitmentCreate
from project_svc.projects.locked import LockedProject
from project_svc.tasks.rules import task_of


async def record_commitment(project: LockedProject, body: CommitmentCreate) -> Commitment:
    """A new promise to pay. Raises what entering a cost raises."""
    booked = Booked.of(body.amount, body.exchange_rate, project.row.currency)
    if body.task_id is not None:
        await task_of(project, body.task_id, "/task_id")
    corrected = await entry_of(project, Commitment, body.corrects_id, "/corrects_id")
    await check_sum(project, Commitment, booked.amount)
    commitment = Commitment(
        **project.heading(body.external_ref),
        on=body.on,
        amount=booked.amount,
        currency=project.row.currency,
        original_amount=booked.original_amount,
        original_currency=booked.original_currency,
        exchange_rate=booked.rate,
        task_id=said(body, "task_id", corrected),
        supplier=said(body, "supplier", corrected),
        source=body.source,
        due_on=body.due_on,
        corrects_id=first_of(corrected),
    )
    project.session.add(commitment)
    await project.session.flush()
    project.record(CommitmentRecorded.of(commitment.wire()))
    return commitment
