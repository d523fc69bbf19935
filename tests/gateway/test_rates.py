"""How many requests a token and its organisation may send, together in all replicas."""

import asyncio

import pytest
from gateway_kit import client_of

from chassis.database import Database
from gateway import rates
from gateway.application import create_gateway
from gateway.gcra import Rate
from gateway.rates import Policy, TooManyRequests


def test_a_burst_is_let_through_and_comes_back_with_time() -> None:
    rate = Rate(per_second=2, burst=4)
    assert rate.left(0.0, now=100.0) == 4
    spent = rate.after(0.0, 100.0, 4)
    assert (rate.left(spent, 100.0), rate.wait(spent, 100.0)) == (0, 0.5)
    assert (rate.left(spent, 100.5), rate.wait(spent, 100.5)) == (1, 0.0)
    assert rate.left(spent, 200.0) == 4


async def drained(policy: Policy, organization, subject: str = "a") -> int:
    """How many requests are let through at once."""
    for count in range(1000):
        try:
            await policy.take(organization, subject)
        except TooManyRequests:
            return count
    raise AssertionError("no end")


async def test_replicas_share_one_rate(database, tokens) -> None:
    await tokens.create()
    organization = await tokens.organization_id()
    slow = Rate(per_second=0.001, burst=50)
    replicas = [Policy("token", slow, database) for _ in range(3)]
    assert sum([await drained(each, organization) for each in replicas]) == 50
    assert await drained(replicas[0], organization, "another token") == 50


async def test_requests_at_once_do_not_get_more_than_there_is(database, tokens) -> None:
    await tokens.create()
    organization = await tokens.organization_id()
    policy = Policy("token", Rate(per_second=0.001, burst=20), database)
    asked = await asyncio.gather(*(policy.take(organization, "a") for _ in range(60)), return_exceptions=True)
    assert sum(isinstance(each, int) for each in asked) == 20
    assert all(isinstance(each, int | TooManyRequests) for each in asked)


async def test_nobody_waits_for_the_next_lease_while_the_one_before_lasts(database, tokens, monkeypatch) -> None:
    await tokens.create()
    organization = await tokens.organization_id()
    policy = Policy("token", Rate(per_second=100, burst=300), database)
    leased, spend, go_on = [], policy._spend, asyncio.Event()

    async def slow(*asked):
        leased.append(asked)
        if len(leased) > 1:
            await go_on.wait()
        return await spend(*asked)

    monkeypatch.setattr(policy, "_spend", slow)
    for _ in range(30):
        async with asyncio.timeout(10):
            await policy.take(organization, "a")
        await asyncio.sleep(0)
    assert len(leased) == 2
    waiting = asyncio.create_task(policy.take(organization, "a"))
    await asyncio.sleep(0)
    assert not waiting.done()
    go_on.set()
    assert await waiting < 300
    assert len(leased) == 2


async def test_a_lease_ahead_that_fails_is_taken_when_it_is_needed(database, tokens, monkeypatch) -> None:
    await tokens.create()
    organization = await tokens.organization_id()
    policy = Policy("token", Rate(per_second=20, burst=200), database)
    spend, failed = policy._spend, []

    async def failing(*asked):
        if policy._share(organization, "a").left:
            failed.append(asked)
            raise OSError("away")
        return await spend(*asked)

    monkeypatch.setattr(policy, "_spend", failing)
    for _ in range(25):
        await policy.take(organization, "a")
        await asyncio.sleep(0)
    assert len(failed) == 1
    assert await drained(policy, organization) >= 175


async def test_without_the_database_nobody_is_kept_out(database_url) -> None:
    gone = Database(database_url.replace("host=", "host=/nowhere"), pool=1)
    policy = Policy("token", Rate(per_second=1, burst=10), gone)
    assert await policy.take(rates.UUID(int=1), "a") == 10
    await gone.close()


@pytest.mark.slow
async def test_who_has_sent_too_many_is_told_when_to_come_back(settings, tokens, project) -> None:
    told = settings.model_copy(update={"token_rate": 0.5, "token_burst": 3})
    app = create_gateway(told)
    async with app.router.lifespan_context(app), client_of(app) as client:
        client.headers["Authorization"] = f"Bearer {await tokens.create()}"
        answers = [await client.get("/v1/projects/1") for _ in range(3)]
        assert [answer.headers["ratelimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0"]
        assert answers[0].headers["ratelimit-policy"] == '"token";q=3;w=6, "organization";q=10000;w=2'
        refused = await client.get("/v1/projects/1")
        assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-requests")
        assert 1 <= int(refused.headers["retry-after"]) <= 2
        assert refused.headers["ratelimit"] == f'"token";r=0;t={refused.headers["retry-after"]}'
        assert (await client.get("/v1/members")).status_code == 429
        assert len(project.requests) == 3
        client.headers["Authorization"] = f"Bearer {await tokens.create()}"
        assert (await client.get("/v1/projects/1")).status_code == 200


@pytest.mark.slow
async def test_our_own_answers_say_how_much_is_left(settings, tokens) -> None:
    told = settings.model_copy(update={"token_rate": 0.5, "token_burst": 9})
    app = create_gateway(told)
    async with app.router.lifespan_context(app), client_of(app) as client:
        client.headers["Authorization"] = f"Bearer {await tokens.create()}"
        for left, (method, path) in zip(
            (8, 7, 6, 5, 4),
            (
                ("GET", "members"),
                ("POST", "members"),
                ("GET", "audit-log"),
                ("GET", f"roles/{rates.UUID(int=0)}"),
                ("GET", "events"),
            ),
            strict=True,
        ):
            answer = await client.request(method, f"/v1/{path}", json={} if method == "POST" else None)
            assert answer.headers.get_list("ratelimit")[0].startswith(f'"token";r={left};'), path
            assert len(answer.headers.get_list("ratelimit-policy")) == 1


@pytest.mark.slow
async def test_an_address_that_guesses_has_to_wait_and_who_has_a_token_does_not(settings, tokens, database) -> None:
    told = settings.model_copy(update={"stranger_rate": 0.001, "stranger_burst": 4})
    app = create_gateway(told)
    async with app.router.lifespan_context(app), client_of(app) as client:
        good = {"Authorization": f"Bearer {await tokens.create()}"}
        assert (await client.get("/v1/members", headers=good)).status_code == 200
        guesses = [{"Authorization": f"Bearer ilk_{str(number) * 43}"} for number in range(6)]
        answers = [
            await client.get(path, headers=guess)
            for path, guess in zip(["/v1/members", "/v1/projects"] * 3, guesses, strict=True)
        ]
        assert [answer.status_code for answer in answers] == [401] * 4 + [429] * 2
        assert answers[-1].headers["ratelimit-policy"] == '"address";q=4;w=4000'
        assert int(answers[-1].headers["retry-after"]) >= 1
        for path in ("/problems", "/docs", "/v1/asyncapi.json", "/v1/openapi.json"):
            assert (await client.get(path)).status_code == 429
        assert (await client.post("/v1/invitations/accept", json={})).status_code in {422, 429}
        assert (await client.get("/healthz")).status_code != 429
        app.state.runtime.callers.be_informed(is_informed=True)  # forgets everybody, as any change of roles does
        assert (await client.get("/v1/members", headers=good)).status_code == 200
