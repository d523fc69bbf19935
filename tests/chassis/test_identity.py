import time
from unittest.mock import Mock
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chassis.identity import Identity, Signer, Verifier
from chassis.problem import Unauthenticated
from contracts.tokens import ISSUER
from contracts.vocabulary import OrganizationRole

KEY = Ed25519PrivateKey.generate()
CALLER = Identity("member:1", uuid4(), frozenset({OrganizationRole.ADMIN}))


@pytest.fixture
def verifier():
    return Verifier(KEY.public_key(), "project-svc")


def claims(**changes):
    now = int(time.time())
    return {
        "iss": ISSUER,
        "aud": "project-svc",
        "sub": "member:1",
        "org": str(CALLER.organization_id),
        "roles": ["admin"],
        "jti": "1",
        "iat": now,
        "exp": now + 60,
    } | changes


def test_a_token_tells_who_asks(verifier):
    token = Signer(KEY).issue(CALLER, "project-svc", lifetime=60)
    assert verifier.identify(f"Bearer {token}") == CALLER
    assert verifier.identify(f"bearer {token}") == CALLER  # remembered, and the scheme's case does not matter


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "program-svc"},
        {"iss": "somebody"},
        {"exp": int(time.time()) - 1},
        {"iat": int(time.time()) + 3600},
        {"org": "not-an-id"},
        {"roles": ["emperor"]},
        {"sub": 7},
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(verifier, changes):
    token = jwt.encode(claims(**changes), KEY, algorithm="EdDSA")
    with pytest.raises(Unauthenticated):
        verifier.identify(f"Bearer {token}")


@pytest.mark.parametrize("missing", ["aud", "iss", "exp", "iat", "sub", "org"])
def test_a_token_without_a_claim_is_refused(verifier, missing):
    body = claims()
    del body[missing]
    with pytest.raises(Unauthenticated):
        verifier.identify(f"Bearer {jwt.encode(body, KEY, algorithm='EdDSA')}")


def test_signatures_by_others_or_by_nobody_are_refused(verifier):
    public = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    forged = [
        jwt.encode(claims(), Ed25519PrivateKey.generate(), algorithm="EdDSA"),
        jwt.encode(claims(), None, algorithm="none"),
        jwt.encode(claims(), public, algorithm="HS256"),
    ]
    for token in forged:
        with pytest.raises(Unauthenticated):
            verifier.identify(f"Bearer {token}")


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic dXNlcg==", "Bearer é", "Bearer a.b.c", "Bearer " + "x" * 5000]
)
def test_anything_that_is_not_a_bearer_token_is_refused(verifier, header):
    with pytest.raises(Unauthenticated):
        verifier.identify(header)


def test_a_remembered_token_expires(verifier, monkeypatch):
    token = Signer(KEY).issue(CALLER, "project-svc", lifetime=60)
    verifier.identify(f"Bearer {token}")
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(jwt, "decode", Mock(side_effect=jwt.ExpiredSignatureError))  # it has a clock of its own
    with pytest.raises(Unauthenticated):
        verifier.identify(f"Bearer {token}")


def test_while_a_key_is_changed_the_old_and_the_new_one_are_believed():
    new = Ed25519PrivateKey.generate()
    both = b"".join(
        each.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) for each in (KEY, new)
    )
    verifier = Verifier.from_pem(both, "project-svc")
    for key in (KEY, new):
        assert verifier.identify(f"Bearer {Signer(key).issue(CALLER, 'project-svc', lifetime=60)}") == CALLER
    stranger = Signer(Ed25519PrivateKey.generate()).issue(CALLER, "project-svc", lifetime=60)
    with pytest.raises(Unauthenticated):
        verifier.identify(f"Bearer {stranger}")
