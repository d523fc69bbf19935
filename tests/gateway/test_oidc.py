"""Access tokens of an issuer of the test's own, which signs real ones."""

import asyncio
import base64
import json
import time
from datetime import timedelta

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from oidc_kit import AUDIENCE, ISSUER, RSA

from chassis.problem import Unauthenticated, Unavailable
from gateway.oidc import keys
from gateway.oidc.issuer import Issuer
from gateway.tables import now

pytestmark = pytest.mark.slow


async def test_a_token_says_who_it_is_until_when(trusted, issuer):
    person = await trusted.person(issuer.token())
    assert (person.subject, person.email) == (f"{ISSUER}|grace", "grace@example.org")
    assert timedelta(0) < person.expires_at - now() <= timedelta(seconds=60)


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": None},
        {"email": 7},
        {"email": "gr\x00ace@example.org"},
        {"email": "\ud800@example.org"},
    ],
)
async def test_an_address_that_the_issuer_does_not_vouch_for_is_none(trusted, issuer, claims):
    assert (await trusted.person(issuer.token(**claims))).email is None


@pytest.mark.parametrize(
    ("algorithm", "private"),
    [("ES256", ec.generate_private_key(ec.SECP256R1())), ("EdDSA", ed25519.Ed25519PrivateKey.generate())],
)
async def test_other_signatures_by_a_private_key_are_as_good(trusted, issuer, algorithm, private):
    issuer.keys = {"two": (algorithm, private)}
    assert (await trusted.person(issuer.token("two"))).subject == f"{ISSUER}|grace"


FORGED = {
    "wrong audience": {"aud": "somebody-else"},
    "wrong issuer": {"iss": "https://evil.example.org"},
    "expired": {"exp": int(time.time()) - 60},
    "issued in the future": {"iat": int(time.time()) + 3600},
    "not yet good": {"nbf": int(time.time()) + 3600},
    "no end": {"exp": None},
    "nobody": {"sub": None},
    "empty subject": {"sub": ""},
    "subject too long": {"sub": "x" * 256},
    "subject that no database holds": {"sub": "gr\x00ace"},
    "subject that is no text": {"sub": "\ud800"},
    "an end that no calendar knows": {"exp": 10**20},
    "an end that no number holds": {"exp": 1e300},
    "an end that is a word": {"exp": "9999999999"},
    "an end that is a list": {"exp": [9999999999]},
    "a beginning without end": {"nbf": float("inf")},
    "issued at a word": {"iat": "now"},
    "audience that is an object": {"aud": {"interlock": 1}},
}


@pytest.mark.parametrize("claims", FORGED.values(), ids=FORGED.keys())
async def test_a_token_with_a_wrong_claim_is_refused(trusted, issuer, claims):
    with pytest.raises(Unauthenticated):
        await trusted.person(issuer.token(**claims))


@pytest.mark.parametrize(
    "header",
    [
        {"kid": "../../etc/passwd"},
        {"kid": "' OR 1=1"},
        {"kid": "shared"},
        {"typ": "dpop+jwt"},
        {"crit": ["exp"]},
        {"jku": "https://evil.example.org/keys", "kid": "theirs"},
    ],
)
async def test_a_header_that_leads_elsewhere_leads_nowhere(trusted, issuer, header):
    with pytest.raises(Unauthenticated):
        await trusted.person(issuer.token(header=header))
    assert set(issuer.asked) <= {keys.DISCOVERY, "/keys"}


def _raw(**parts) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


async def test_a_token_without_a_signature_is_none(trusted, issuer):
    _, claims, signature = issuer.token().split(".")
    for algorithm in ("none", "None", "NONE", "", "HS256", "RS1"):
        for signed in ("", signature):
            with pytest.raises(Unauthenticated):
                await trusted.person(f"{_raw(alg=algorithm, kid='one', typ='JWT')}.{claims}.{signed}")


async def test_a_public_key_is_no_shared_secret(trusted, issuer):
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    pem = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head, claims = _raw(alg="HS256", kid="one"), issuer.token().split(".")[1]
    signed = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(f"{head}.{claims}".encode(), pem)
    forged = base64.urlsafe_b64encode(signed).decode().rstrip("=")
    with pytest.raises(Unauthenticated):
        await trusted.person(f"{head}.{claims}.{forged}")


async def test_a_token_signed_by_somebody_else_is_refused(trusted, issuer):
    mine = issuer.token()
    issuer.keys = {"one": ("RS256", rsa.generate_private_key(public_exponent=65537, key_size=2048))}
    await trusted.person(issuer.token())
    with pytest.raises(Unauthenticated):
        await trusted.person(mine)


async def test_keys_are_fetched_once_and_again_when_they_rotate(trusted, issuer, monkeypatch):
    for _ in range(3):
        await trusted.person(issuer.token())
    assert issuer.asked == [keys.DISCOVERY, "/keys"]
    issuer.keys["two"] = ("EdDSA", ed25519.Ed25519PrivateKey.generate())
    with pytest.raises(Unauthenticated):  # asked a moment ago: a made-up key must not make us ask each time
        await trusted.person(issuer.token("two"))
    assert len(issuer.asked) == 2
    monkeypatch.setattr(keys, "AT_MOST_EVERY", 0.0)
    await trusted.person(issuer.token("two"))
    assert len(issuer.asked) == 4


async def test_a_key_that_was_withdrawn_is_trusted_no_longer_than_keys_are_fresh(trusted, issuer, monkeypatch):
    old = issuer.token()
    await trusted.person(old)
    issuer.keys = {"two": ("EdDSA", ed25519.Ed25519PrivateKey.generate())}
    await trusted.person(old)
    monkeypatch.setattr(keys, "FRESH", 0.0)
    monkeypatch.setattr(keys, "AT_MOST_EVERY", 0.0)
    with pytest.raises(Unauthenticated):
        await trusted.person(old)


async def test_an_issuer_that_is_away_keeps_its_known_keys_good_for_a_while(trusted, issuer, monkeypatch):
    await trusted.person(issuer.token())
    issuer.is_away = True
    monkeypatch.setattr(keys, "FRESH", 0.0)
    monkeypatch.setattr(keys, "AT_MOST_EVERY", 0.0)
    await trusted.person(issuer.token())
    monkeypatch.setattr(keys, "TRUSTED", 0.0)
    with pytest.raises(Unavailable):
        await trusted.person(issuer.token())


async def test_an_issuer_that_hangs_keeps_nobody_waiting_whose_key_is_known(issuer, monkeypatch):
    """While the keys were asked for again, everybody waited for the answer, ten seconds each time."""
    hanging, released = asyncio.Event(), asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        if hanging.is_set():
            await released.wait()
        return issuer.answer(request)

    trusted = Issuer(ISSUER, AUDIENCE, keys.Keys(ISSUER, None, transport=httpx.MockTransport(answer)))
    await trusted.person(issuer.token())
    for name, value in (("FRESH", 0.0), ("AT_MOST_EVERY", 0.0), ("PATIENCE", 0.01)):
        monkeypatch.setattr(keys, name, value)
    hanging.set()
    async with asyncio.timeout(5):
        people = await asyncio.gather(*(trusted.person(issuer.token()) for _ in range(20)))
    assert {person.subject for person in people} == {f"{ISSUER}|grace"}
    issuer.keys["two"] = ("EdDSA", ed25519.Ed25519PrivateKey.generate())
    unknown = asyncio.create_task(trusted.person(issuer.token("two")))
    await asyncio.wait([unknown], timeout=0.1)
    assert not unknown.done(), "who has a key that is not known waits for it"
    assert len(issuer.asked) == 2, "nobody asks while somebody does"
    released.set()
    assert (await unknown).subject == f"{ISSUER}|grace"
    await trusted.close()


async def test_an_issuer_that_hangs_does_not_hold_up_the_end(issuer):
    async def never(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    trusted = Issuer(ISSUER, AUDIENCE, keys.Keys(ISSUER, None, transport=httpx.MockTransport(never)))
    asking = asyncio.create_task(trusted.person(issuer.token()))
    await asyncio.wait([asking], timeout=0.05)
    async with asyncio.timeout(5):
        await trusted.close()
        with pytest.raises(Unavailable):
            await asking


SPOILT = {
    "not found": httpx.Response(404),
    "elsewhere": httpx.Response(302, headers={"Location": "https://evil.example.org/keys"}),
    "a page": httpx.Response(200, text="<html>We are back soon</html>"),
    "a list": httpx.Response(200, json=["one"]),
    "no keys": httpx.Response(200, json={}),
    "keys that are none": httpx.Response(200, json={"keys": None}),
    "too much": httpx.Response(200, json={"keys": [], "padding": "x" * keys.MOST_BYTES}),
    "deep": httpx.Response(200, content=b"[" * 100_000),
}


@pytest.mark.parametrize("answer", SPOILT.values(), ids=SPOILT.keys())
@pytest.mark.parametrize("path", [keys.DISCOVERY, "/keys"])
async def test_what_an_issuer_answers_while_it_is_broken_spoils_no_key(trusted, issuer, monkeypatch, answer, path):
    monkeypatch.setattr(keys, "FRESH", 0.0)
    monkeypatch.setattr(keys, "AT_MOST_EVERY", 0.0)
    issuer.instead = {path: answer}
    with pytest.raises(Unavailable):
        await trusted.person(issuer.token())
    issuer.instead = {}
    await trusted.person(issuer.token())
    issuer.instead = {path: answer}
    await trusted.person(issuer.token())
    assert len(issuer.asked) > 3
    issuer.instead = {keys.DISCOVERY: httpx.Response(200, json={"issuer": ISSUER, "jwks_uri": "http://[nowhere"})}
    await trusted.person(issuer.token())


@pytest.mark.parametrize(
    "broken",
    ["one", None, 7, {"kid": ["one"], "kty": "RSA"}, {"kty": "RSA", "kid": "b", "n": "!", "e": "AQAB"}, {"kty": "?"}],
)
async def test_a_broken_key_among_those_of_an_issuer_leaves_the_others_good(trusted, issuer, broken):
    """One that was no object kept everybody out, with an error of ours."""
    good = issuer.answer(httpx.Request("GET", f"{ISSUER}/keys")).json()["keys"]
    issuer.instead = {"/keys": httpx.Response(200, json={"keys": [broken, *good]})}
    assert (await trusted.person(issuer.token())).subject == f"{ISSUER}|grace"


async def test_an_issuer_that_never_answered_lets_nobody_in_and_is_no_fault_of_the_token(trusted, issuer):
    issuer.is_away = True
    with pytest.raises(Unavailable):
        await trusted.person(issuer.token())


@pytest.mark.parametrize("oversized", ["x" * 20_000, "a.b", "a.b.c.d", "é.é.é"])
async def test_what_is_no_access_token_is_refused_before_it_is_read(known, oversized):
    with pytest.raises(Unauthenticated):
        await known.identify(f"Bearer {oversized}")
