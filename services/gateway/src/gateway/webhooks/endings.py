"""What waits for a webhook that has somebody's eyes ends with that one's membership."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from gateway.tables import now
from gateway.webhooks.models import DeliveryState, Webhook, WebhookDelivery


async def end_deliveries_for(session: AsyncSession, member_id: UUID) -> None:
    """Nothing more goes to the webhooks with this member's eyes: neither what comes, nor what was seen with them and waits to be sent.

    The webhooks are locked first, as everywhere: what is being recorded for them at this moment is there by then.
    """
    theirs = sa.select(col(Webhook.id)).where(col(Webhook.member_id) == member_id).order_by(col(Webhook.id))
    ids = list(await session.scalars(theirs.with_for_update()))
    if not ids:
        return
    waiting = sa.update(WebhookDelivery).where(
        col(WebhookDelivery.webhook_id).in_(ids), col(WebhookDelivery.finished_at).is_(None)
    )
    ended = waiting.values(state=DeliveryState.FAILED, due_at=None, finished_at=now())
    await session.execute(ended.execution_options(synchronize_session=False))
