"""Who is asking: internal tokens, signed by the gateway for one service, verified by that service alone.

Ed25519 signatures cost a third of a millisecond, so a verified token is remembered by its digest until it expires.
"""

import hashlib
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from pydantic import ValidationError

from chassis.problem import Unauthenticated
from contracts.permissions.who import SEES_ALL
from contracts.tokens import ALGORITHM, ISSUER, SERVICE_ISSUERS, InternalClaims
from contracts.vocabulary import OrganizationRole, ProgramRole, ProjectRole

_PEM = re.compile(rb"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.DOTALL)
REMEMBERED = 10_000
LONGEST_TOKEN = 64 * 1024
"""Characters: a caller's roles in some five hundred programs and projects fit in."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The caller: a member (or a token of one) of one organisation."""

    subject: str
    organization_id: UUID
    roles: frozenset[OrganizationRole]
    programs: Mapping[UUID, ProgramRole] = field(default_factory=dict, hash=False)
    """The caller's role in each program in which it has one."""
    projects: Mapping[UUID, ProjectRole] = field(default_factory=dict, hash=False)
    """The caller's role in each project in which it has one."""
    is_read_only: bool = False
    """What the caller came with may change nothing, whatever its roles."""
    is_restricted: bool = False
    """What the caller came with is for these programs and projects alone: it changes nothing that is the whole organisation's."""
    credential: str | None = None
    """What the caller came with: `api-tokens/<id>`, or the issuer of an access token."""

    @property
    def sees_all(self) -> bool:
        """Whether every program and project of the organisation is seen."""
        return not self.roles.isdisjoint(SEES_ALL)


class Verifier:
    """Checks internal tokens for one audience.

    The gateway's key speaks for everybody, and so do its `others`: the one that is to come, the one that was. The `readers` are other services' keys: whoever signs with one of them may read, as an
    auditor of the organisation that the token names, and nothing else.
    """

    def __init__(
        self,
        public_key: Ed25519PublicKey,
        audience: str,
        readers: Sequence[Ed25519PublicKey] = (),
        others: Sequence[Ed25519PublicKey] = (),
    ) -> None:
        self._keys = (public_key, *others)
        self._audience = audience
        self._readers = tuple(readers)
        self._verified: OrderedDict[bytes, tuple[float, Identity]] = OrderedDict()

    @classmethod
    def from_pem(cls, pem: bytes, audience: str, readers: bytes = b"") -> "Verifier":
        """A verifier with the keys of a PEM file, one at least, and those of a file with any number. Raises ValueError for any other key."""
        first, *others = [_public_key(each) for each in _PEM.findall(pem) or [pem]]
        return cls(first, audience, [_public_key(each) for each in _PEM.findall(readers)], others)

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
            claims = self._signed(token, self._keys, [ISSUER])
        except jwt.InvalidSignatureError:
            claims = self._reader(token)
            return claims.exp, Identity(claims.sub, claims.org, frozenset({OrganizationRole.AUDITOR}))
        identity = Identity(
            subject=claims.sub,
            organization_id=claims.org,
            roles=frozenset(claims.roles),
            programs=claims.programs,
            projects=claims.projects,
            is_read_only=claims.read_only,
            is_restricted=claims.restricted,
            credential=claims.credential,
        )
        return claims.exp, identity

    def _reader(self, token: str) -> InternalClaims:
        try:
            return self._signed(token, self._readers, SERVICE_ISSUERS)
        except jwt.InvalidSignatureError:
            raise Unauthenticated from None

    def _signed(self, token: str, keys: Sequence[Ed25519PublicKey], issuers: Sequence[str]) -> InternalClaims:
        """What a token says that one of the keys has signed. Raises jwt.InvalidSignatureError if none has."""
        for key in keys:
            with suppress(jwt.InvalidSignatureError):
                return self._claims(token, key, issuers)
        raise jwt.InvalidSignatureError

    def _claims(self, token: str, key: Ed25519PublicKey, issuers: Sequence[str]) -> InternalClaims:
        try:
            said = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self._audience,
                issuer=issuers,
                options={"require": ["exp", "iat", "aud", "iss", "sub"]},
            )
            return InternalClaims.model_validate(said, extra="ignore")
        except jwt.InvalidSignatureError:
            raise
        except (jwt.InvalidTokenError, ValidationError, UnicodeError):
            raise Unauthenticated from None


def _public_key(pem: bytes) -> Ed25519PublicKey:
    key = load_pem_public_key(pem)
    if isinstance(key, Ed25519PublicKey):
        return key
    raise ValueError("not an Ed25519 public key")


class Signer:
    """Issues internal tokens: the gateway's for whoever asks through it, a service's own for what it reads itself."""

    def __init__(self, private_key: Ed25519PrivateKey, issuer: str = ISSUER) -> None:
        self._key = private_key
        self._issuer = issuer

    @classmethod
    def from_pem(cls, pem: bytes, issuer: str = ISSUER) -> "Signer":
        """A signer with the key of a PEM file. Raises ValueError if it is not an Ed25519 private key."""
        key = load_pem_private_key(pem, password=None)
        if isinstance(key, Ed25519PrivateKey):
            return cls(key, issuer)
        raise ValueError("not an Ed25519 private key")

    def issue(self, identity: Identity, audience: str, *, lifetime: int) -> str:
        """A token for one audience, valid for `lifetime` seconds from now."""
        now = int(time.time())
        claims = InternalClaims(
            iss=self._issuer,
            aud=audience,
            sub=identity.subject,
            org=identity.organization_id,
            roles=tuple(sorted(identity.roles)),
            programs=dict(identity.programs),
            projects=dict(identity.projects),
            read_only=identity.is_read_only,
            restricted=identity.is_restricted,
            credential=identity.credential,
            jti=secrets.token_urlsafe(12),
            iat=now,
            exp=now + lifetime,
        )
        return jwt.encode(claims.model_dump(mode="json"), self._key, algorithm=ALGORITHM)
