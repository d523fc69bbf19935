"""Forged, broken and hostile JWTs, as access tokens at the gateway and as internal tokens at the services: all are refused, soon."""

import base64
import hashlib
import hmac
import json
import time
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oidc_kit import ISSUER, RSA, TestIssuer

from chassis.identity import Verifier
from chassis.problem import Unauthenticated
from contracts.tokens import ISSUER as GATEWAY

INTERNAL = ed25519.Ed25519PrivateKey.generate()
OTHER = {"RS256": rsa.generate_private_key(65537, 2048), "EdDSA": ed25519.Ed25519PrivateKey.generate()}
SOON = 0.5
"""Seconds of processor time, of which a refusal takes a thousandth."""


def part(value: object) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def claims(**more: object) -> dict[str, object]:
    """Those of a token that would be good for both, were it signed by the right key."""
    at = int(time.time())
    said = {"iss": ISSUER, "aud": "interlock", "sub": "grace", "iat": at, "exp": at + 60, "email": "grace@example.org"}
    return said | {"email_verified": True, "org": str(uuid4()), "roles": ["admin"], "jti": "1"} | more


def signed(key, algorithm: str, header: dict | None = None, **more: object) -> str:
    return jwt.encode(claims(**more), key, algorithm, headers={"kid": "one"} | (header or {}))


def raw(header: object, payload: object, signature: bytes = b"x" * 64) -> str:
    return f"{part(header)}.{part(payload)}.{part(signature)}"


def by_shared_secret(public: bytes, algorithm: str = "HS256") -> str:
    """Signed with what everybody knows: the public key, taken for a shared secret."""
    head = f"{part({'alg': algorithm, 'typ': 'JWT', 'kid': 'one'})}.{part(claims())}"
    return f"{head}.{part(hmac.new(public, head.encode(), hashlib.sha256).digest())}"


def forged(key, algorithm: str) -> dict[str, str]:
    """Every kind of token that must open nothing. key, algorithm: the genuine ones."""
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    at = int(time.time())
    good = signed(key, algorithm, sub="grace")
    head, body, seal = good.split(".")
    twice = json.dumps(claims(aud="somebody-else"))[:-1] + ',"aud":"somebody-else","sub":"root"}'
    return {
        "no signature": f"{part({'alg': 'none', 'typ': 'JWT'})}.{body}.",
        **{f"alg {name}": raw({"alg": name, "kid": "one"}, claims()) for name in ("none", "None", "nOnE", "", "HS256")},
        "alg is a list": raw({"alg": ["EdDSA", "RS256"], "kid": "one"}, claims()),
        "alg is null": raw({"alg": None, "kid": "one"}, claims()),
        "no alg": raw({"kid": "one"}, claims()),
        "the public key as a secret": by_shared_secret(pem),
        "the public key as a secret, longer": by_shared_secret(pem, "HS512"),
        "another key": signed(OTHER[algorithm], algorithm),
        "a key of its own": signed(OTHER[algorithm], algorithm, {"jwk": {"kty": "oct", "k": "c2VjcmV0"}}),
        "a key elsewhere": signed(
            OTHER[algorithm], algorithm, {"jku": "https://evil.example/keys", "x5u": "https://evil.example"}
        ),
        "an extension that nobody knows": signed(key, algorithm, {"crit": ["b64"], "b64": False}, aud="somebody-else"),
        "another audience": signed(key, algorithm, aud="somebody-else"),
        "no audience": raw(json.loads(base64.urlsafe_b64decode(head + "==")), claims(aud=None)),
        "another issuer": signed(key, algorithm, iss="https://evil.example"),
        "expired": signed(key, algorithm, exp=at - 3600),
        "never expiring": signed(key, algorithm, exp=10**18, iss="https://evil.example"),
        "not yet good": signed(key, algorithm, nbf=at + 3600, iat=at + 3600),
        "times that are words": raw(json.loads(base64.urlsafe_b64decode(head + "==")), claims(exp="soon")),
        "changed afterwards": f"{head}.{part(claims(sub='root'))}.{seal}",
        "signature of something else": f"{head}.{body}.{seal[::-1]}",
        "claims twice": raw({"alg": algorithm, "kid": "one"}, twice.encode()),
        "deep": raw({"alg": algorithm, "kid": "one"}, b'{"a":' * 2500 + b"1" + b"}" * 2500),
        "deep header": raw(b'{"a":' * 2500 + b"1" + b"}" * 2500, claims()),
        "not JSON": raw({"alg": algorithm}, b"\xff\xfe"),
        "a list": raw({"alg": algorithm}, [1, 2]),
        "a header that is a list": raw(["EdDSA"], claims()),
        "a huge number": raw({"alg": algorithm}, b'{"exp":' + b"9" * 5000 + b"}"),
        "oversized": signed(key, algorithm, aud="somebody-else", padding="x" * 200_000),
        "empty": "..",
        "empty head": f".{body}.{seal}",
        "empty claims": f"{head}..{seal}",
        "four parts": f"{good}.{seal}",
        "five parts, as encrypted ones": ".".join(["e30"] * 5),
        "padding": f"{head}==.{body}.{seal}",
        **{
            f"kid {number}": signed(OTHER[algorithm], algorithm, {"kid": kid})
            for number, kid in enumerate(
                (
                    "../../../../dev/null",
                    "/etc/passwd",
                    "' OR '1'='1",
                    "one\u0000",
                    "https://evil.example/key",
                    "x" * 5000,
                    "one\r\nX-Admin: 1",
                    "$(id)",
                )
            )
        },
        "kid is a number": raw({"alg": algorithm, "kid": 1}, claims()),
        "kid is an object": raw({"alg": algorithm, "kid": {"one": 1}}, claims()),
    }


@pytest.mark.slow
async def test_no_forged_access_token_gets_in_and_all_get_one_answer(client, known, issuer: TestIssuer):
    answers = {}
    began = time.process_time()
    tokens = forged(RSA, "RS256")
    for what, token in tokens.items():
        answer = await client.get("/v1/members", headers={"Authorization": f"Bearer {token}".encode()})
        answers[what] = (answer.status_code, answer.json()["type"], answer.headers["content-type"])
    assert time.process_time() - began < SOON + 0.05 * len(tokens)
    refused = (401, "/problems/unauthenticated", "application/problem+json")
    assert {what: each for what, each in answers.items() if each != refused} == {}
    assert len(issuer.asked) <= 4, "tokens do not make the gateway ask the issuer each time"


def test_no_forged_internal_token_is_taken():
    verifier = Verifier(INTERNAL.public_key(), "interlock")
    began = time.process_time()
    for what, token in forged(INTERNAL, "EdDSA").items():
        with pytest.raises(Unauthenticated):
            raise AssertionError(f"{what}: {verifier.identify(f'Bearer {token}')}")
    assert time.process_time() - began < SOON
    good = jwt.encode(claims(iss=GATEWAY), INTERNAL, "EdDSA")
    assert verifier.identify(f"Bearer {good}").subject == "grace"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_genuine_token_of_which_anything_was_changed_is_none(data):
    verifier = Verifier(INTERNAL.public_key(), "interlock")
    good = jwt.encode(claims(iss=GATEWAY), INTERNAL, "EdDSA")
    place = data.draw(st.integers(0, len(good) - 1))
    other = data.draw(st.text(st.characters(codec="latin-1"), max_size=3).filter(lambda each: each != good[place]))
    changed = good[:place] + other + good[place + 1 :]
    if _means_the_same(good, changed):
        return
    with pytest.raises(Unauthenticated):
        verifier.identify(f"Bearer {changed}")


def _means_the_same(one: str, other: str) -> bool:
    """Whether they differ only in bits that base64 does not use."""
    try:
        return [base64.urlsafe_b64decode(each + "==") for each in one.split(".")] == [
            base64.urlsafe_b64decode(each + "==") for each in other.split(".")
        ]
    except ValueError:
        return False
