"""Who is asking: internal tokens, signed by the gateway for one service, verified by that service alone.

Ed25519 signatures cost a third of a millisecond, so a verified token is remembered by its digest until it expires.
"""

import hashlib
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from pydantic import ValidationError

from chassis.problem import Unauthenticated
from contracts.tokens import ALGORITHM, ISSUER, InternalClaims
from contracts.vocabulary import OrganizationRole

REMEMBERED = 10_000
LONGEST_TOKEN = 4096


@dataclass(frozen=True, slots=True)
class Identity:
    """The caller: a member (or a token of one) of one organisation."""

    subject: str
    organization_id: UUID
    roles: frozenset[OrganizationRole]


class Verifier:
    """Checks internal tokens for one audience."""

    def __init__(self, public_key: Ed25519PublicKey, audience: str) -> None:
        self._key = public_key
        self._audience = audience
        self._verified: OrderedDict[bytes, tuple[float, Identity]] = OrderedDict()

    @classmethod
    def from_pem(cls, pem: bytes, audience: str) -> "Verifier":
        """A verifier with the key of a PEM file. Raises ValueError if it is not an Ed25519 public key."""
        key = load_pem_public_key(pem)
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("not an Ed25519 public key")  # noqa: TRY004  (a bad value, not a programming error)
        return cls(key, audience)

    def identify(self, authorization: str | None) -> Identity:
        """The caller behind an `Authorization` header. Raises Unauthenticated."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > LONGEST_TOKEN:
            raise Unauthenticated
        digest = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        known = self._verified.get(digest)
        if known is not None and known[0] > time.time():
            return known[1]
        expires, identity = self._verify(token)
        self._verified[digest] = (expires, identity)
        while len(self._verified) > REMEMBERED:
            self._verified.popitem(last=False)
        return identity

    def _verify(self, token: str) -> tuple[float, Identity]:
        try:
            claims = InternalClaims.model_validate(
                jwt.decode(
                    token,
                    self._key,
                    algorithms=[ALGORITHM],
                    audience=self._audience,
                    issuer=ISSUER,
                    options={"require": ["exp", "iat", "aud", "iss", "sub"]},
                ),
                extra="ignore",
            )
        except (jwt.InvalidTokenError, ValidationError, UnicodeError):
            raise Unauthenticated from None
        return claims.exp, Identity(subject=claims.sub, organization_id=claims.org, roles=frozenset(claims.roles))


class Signer:
    """Issues internal tokens; the gateway holds the only one."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        self._key = private_key

    @classmethod
    def from_pem(cls, pem: bytes) -> "Signer":
        """A signer with the key of a PEM file. Raises ValueError if it is not an Ed25519 private key."""
        key = load_pem_private_key(pem, password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("not an Ed25519 private key")  # noqa: TRY004
        return cls(key)

    def issue(self, identity: Identity, audience: str, *, lifetime: int) -> str:
        """A token for one audience, valid for `lifetime` seconds from now."""
        now = int(time.time())
        claims = InternalClaims(
            iss=ISSUER,
            aud=audience,
            sub=identity.subject,
            org=identity.organization_id,
            roles=tuple(sorted(identity.roles)),
            jti=secrets.token_urlsafe(12),
            iat=now,
            exp=now + lifetime,
        )
        return jwt.encode(claims.model_dump(mode="json"), self._key, algorithm=ALGORITHM)
