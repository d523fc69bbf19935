"""Who gets in, and for how long after they should not."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from waiting import eventually

from chassis.identity import Verifier
from chassis.problem import Unauthenticated, Unavailable
from gateway.identity import credentials
from gateway.identity.callers import Callers
from gateway.identity.models import ApiToken, Scope, digest_of, new_secret
from gateway.tables import now

pytestmark = pytest.mark.slow


def bearer(token: str) -> str:
    return f"Bearer {token}"


@pytest.fixture
def known(runtime) -> Callers:
    return runtime.callers


async def change(database, token: str, **values) -> None:
    async with database.transaction() as session:
        await session.execute(credentials.PRESENT_DIGEST, {"digest": digest_of(token).hex()})
        found = (await session.execute(sa.select(ApiToken).where(ApiToken.digest == digest_of(token)))).scalar_one()
        await credentials.enter_organization(session, found.organization_id)
        for name, value in values.items():
            setattr(found, name, value)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer ilk_short",
        f"Basic {'a' * 47}",
        bearer("eyJhbGciOi"),
        "Bearer ilk_" + "é" * 43,
    ],
)
async def test_what_is_no_token_lets_nobody_in(known, header):
    with pytest.raises(Unauthenticated):
        await known.identify(header)


async def test_an_unknown_token_is_a_401_that_says_how(client):
    answer = await client.get("/v1/projects", headers={"Authorization": bearer(new_secret())})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["type"] == "/problems/unauthenticated"
    assert len(answer.json()["trace_id"]) == 32


async def test_a_token_is_its_members_in_its_organisation(known, tokens):
    ada, bob = await tokens.create(), await tokens.create("other", "bob@example.org", role=None)
    first, second = await known.identify(bearer(ada)), await known.identify(f"bearer  {bob}")
    assert first.is_admin
    assert not second.is_admin
    assert first.identity.organization_id != second.identity.organization_id


@pytest.mark.parametrize("over", [{"expires_at": now() - timedelta(seconds=1)}, {"revoked_at": now()}])
async def test_an_expired_or_revoked_token_lets_nobody_in(known, tokens, database, over):
    token = await tokens.create()
    await change(database, token, **over)
    with pytest.raises(Unauthenticated):
        await known.identify(bearer(token))


async def test_a_token_that_expires_while_it_is_remembered_lets_nobody_in(known, tokens, database):
    token = await tokens.create()
    await change(database, token, expires_at=now() + timedelta(milliseconds=300))
    caller = await known.identify(bearer(token))
    while now() <= caller.expires_at:
        pass
    with pytest.raises(Unauthenticated):
        await known.identify(bearer(token))


async def test_a_token_that_is_revoked_elsewhere_opens_nothing_once_that_is_committed(known, tokens, database):
    token = await tokens.create()
    await eventually(lambda: known.is_informed)
    await known.identify(bearer(token))
    await change(database, token, revoked_at=now())
    await eventually(lambda: not known.remembers(digest_of(token)))
    with pytest.raises(Unauthenticated):
        await known.identify(bearer(token))


async def test_while_changes_are_not_announced_nothing_is_remembered(known, tokens, database):
    token = await tokens.create()
    known.be_informed(is_informed=False)
    await known.identify(bearer(token))
    await change(database, token, revoked_at=now())
    with pytest.raises(Unauthenticated):
        await known.identify(bearer(token))


async def test_its_use_is_noted(known, tokens, database):
    token = await tokens.create()
    await known.identify(bearer(token))
    async with database.transaction() as session:
        await session.execute(credentials.PRESENT_DIGEST, {"digest": digest_of(token).hex()})
        used = (await session.execute(sa.select(ApiToken.last_used_at))).scalar_one()
    assert now() - used < timedelta(minutes=1)


async def test_when_tokens_cannot_be_checked_nobody_gets_in_and_nothing_is_remembered(known, tokens, monkeypatch):
    token = await tokens.create()
    with monkeypatch.context() as patched:
        patched.setattr(credentials, "PRESENT_DIGEST", sa.text("SELECT 1 FROM nowhere WHERE :digest = ''"))
        with pytest.raises(Unavailable):
            await known.identify(bearer(token))
    assert (await known.identify(bearer(token))).is_admin


async def test_what_a_caller_may_goes_along_to_the_services(known, tokens, private_key):
    caller = await known.identify(bearer(await tokens.create("other", "eve@example.org", None, Scope.READ)))
    sent = dict(known.headers_for(caller, "project-svc"))[b"authorization"].decode()
    identity = Verifier(private_key.public_key(), "project-svc").identify(sent)
    assert identity == caller.identity
    assert identity.is_read_only
    assert identity.credential == f"api-tokens/{caller.credential_id}"


async def test_internal_tokens_are_issued_once_for_each_service(known, tokens):
    caller = await known.identify(bearer(await tokens.create()))
    first = known.headers_for(caller, "project-svc")
    assert known.headers_for(caller, "project-svc") == first
    assert known.headers_for(caller, "program-svc") != first


async def test_a_token_shows_itself_to_who_has_it_and_to_nobody_else(tokens, database):
    mine, others = await tokens.create(), await tokens.create("other", "bob@example.org")
    async with database.transaction() as session:
        assert (await session.execute(sa.select(ApiToken))).all() == []
        await session.execute(credentials.PRESENT_DIGEST, {"digest": digest_of(mine).hex()})
        assert len((await session.execute(sa.select(ApiToken))).all()) == 1
        hidden = sa.select(ApiToken).where(ApiToken.digest == digest_of(others))
        assert (await session.execute(hidden)).all() == []
