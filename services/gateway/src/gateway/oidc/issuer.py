"""Access tokens of an OpenID Connect issuer: whom one speaks of, if it is genuine, for us, and still good."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import jwt

from chassis.problem import Unauthenticated
from gateway.oidc.keys import Keys
from gateway.settings import GatewaySettings

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a private key that the issuer alone has. None by a shared secret, and never `none`."""
REQUIRED = ("iss", "aud", "sub", "exp", "iat")
LEEWAY = 10
"""Seconds by which the issuer's clock may differ from ours."""
TYPES = frozenset({"JWT", "AT+JWT", "APPLICATION/AT+JWT"})
LONGEST = 16 * 1024
JWT = re.compile(r"Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+) *", re.IGNORECASE)
EMAIL = re.compile(r"[^@\s\x00]+@[^@\s\x00]+")


@dataclass(frozen=True, slots=True)
class Person:
    """Whom an access token speaks of."""

    subject: str
    """`issuer|subject`: who it is, for good."""
    email: str | None
    """The person's address, if the issuer has verified it."""
    issuer: str
    expires_at: datetime


def is_jwt(authorization: str | None) -> bool:
    """Whether an `Authorization` header carries something in the form of an access token."""
    return len(authorization or "") <= LONGEST and JWT.fullmatch(authorization or "") is not None


class Issuer:
    """The issuer that we trust. `person` reads its tokens."""

    def __init__(self, issuer: str, audience: str, keys: Keys) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = keys

    @classmethod
    def of(cls, settings: GatewaySettings) -> "Issuer | None":
        """The issuer that the settings name, if they name one."""
        if settings.oidc_issuer is None or settings.oidc_audience is None:
            return None
        return cls(settings.oidc_issuer, settings.oidc_audience, Keys(settings.oidc_issuer, settings.oidc_jwks_url))

    async def person(self, token: str) -> Person:
        """Whom the token speaks of. Raises Unauthenticated, or Unavailable when its signature cannot be checked."""
        try:
            header = jwt.get_unverified_header(token)
            self._check_header(header)
            key = await self._keys.find(header.get("kid"))
            if key is None or key.algorithm_name not in (header["alg"], None):
                raise Unauthenticated
            claims = jwt.decode(
                token,
                key.key,
                algorithms=[header["alg"]],
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY,
                options={"require": list(REQUIRED)},
            )
            expires_at = datetime.fromtimestamp(claims["exp"], UTC)  # which not every number is
        except (jwt.PyJWTError, UnicodeError, ValueError, TypeError, OverflowError):
            raise Unauthenticated from None
        subject, email = claims["sub"], claims.get("email")
        if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
            raise Unauthenticated
        if claims.get("email_verified") is not True or not _is_address(email):
            email = None
        return Person(
            subject=f"{self._issuer}|{subject}",
            email=None if email is None else email.lower(),
            issuer=self._issuer,
            expires_at=expires_at,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._keys.close()

    def _check_header(self, header: dict[str, object]) -> None:
        kid = header.get("kid")
        if (
            header.get("alg") not in ALGORITHMS
            or "crit" in header
            or str(header.get("typ", "JWT")).upper() not in TYPES
            or not (kid is None or isinstance(kid, str))
        ):
            raise Unauthenticated


def _is_address(email: object) -> bool:
    return isinstance(email, str) and email.isprintable() and EMAIL.fullmatch(email) is not None
