"""Fault 25: secrets that change, and what is sent again."""

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError
from webhook_kit import make_hook, states


async def test_rotation_signs_with_both_until_the_overlap_is_over(live, author, worker, receiver):
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    rotated = (await hook.post("rotate-secret", {"overlap_hours": 1})).json()
    assert rotated["secret"] not in (None, hook.secret)
    await author.task()
    [first] = await receiver.got(1)
    assert first.verified(hook.secret) == first.verified(rotated["secret"])
    await worker.sql("UPDATE webhooks SET previous_secret_until = now() - interval '1 second'")
    await author.task()
    second = (await receiver.got(2))[1]
    second.verified(rotated["secret"])
    with pytest.raises(WebhookVerificationError):
        second.verified(hook.secret)


async def test_a_leaked_secret_is_out_at_once(live, author, worker, receiver):
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    assert (await hook.post("rotate-secret", {"overlap_hours": 0})).json()["previous_secret_until"] is None
    await author.task()
    [only] = await receiver.got(1)
    with pytest.raises(WebhookVerificationError):
        only.verified(hook.secret)


async def test_a_redelivery_has_the_same_id_and_a_fresh_signature_an_old_copy_does_not_pass(
    live, author, worker, receiver
):
    hook = await make_hook(live.client, receiver.url)
    await worker.start()
    await author.task()
    [first] = await receiver.got(1)
    [delivery] = await hook.until(lambda found: states(found) == ["delivered"])
    assert (await hook.post(f"deliveries/{delivery['id']}/redeliver")).status_code == 202
    second = (await receiver.got(2))[1]
    assert (second.id, second.body) == (first.id, first.body)
    second.verified(hook.secret)
    old = datetime.now(UTC) - timedelta(minutes=6)
    replayed = first.headers | {
        "webhook-timestamp": str(int(old.timestamp())),
        "webhook-signature": Webhook(hook.secret).sign(first.id, old, first.body.decode()),
    }
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(hook.secret).verify(first.body, replayed)
