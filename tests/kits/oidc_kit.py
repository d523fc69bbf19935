"""An OpenID Connect issuer of a test's own, which signs real tokens, and a gateway that trusts it."""

import time

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from gateway.identity.callers import Callers
from gateway.oidc import keys
from gateway.oidc.issuer import Issuer
from gateway.oidc.keys import Keys

ISSUER, AUDIENCE = "https://login.example.org", "interlock"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ALGORITHM_OF = {
    "RS256": jwt.algorithms.RSAAlgorithm,
    "ES256": jwt.algorithms.ECAlgorithm,
    "EdDSA": jwt.algorithms.OKPAlgorithm,
}


class TestIssuer:
    """Signs tokens, and answers for its keys as an issuer does."""

    __test__ = False

    def __init__(self) -> None:
        self.keys: dict[str, tuple[str, object]] = {"one": ("RS256", RSA)}
        self.is_away = False
        self.asked: list[str] = []
        self.instead: dict[str, httpx.Response] = {}
        """By path, what it answers while something is wrong with it."""

    def token(self, key: str = "one", header: dict | None = None, **claims) -> str:
        algorithm, private = self.keys[key]
        at = int(time.time())
        said = {"iss": ISSUER, "aud": AUDIENCE, "sub": "grace", "iat": at, "exp": at + 60}
        said |= {"email": "grace@example.org", "email_verified": True} | claims
        said = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(said, private, algorithm, headers={"kid": key} | (header or {}))

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if (spoilt := self.instead.get(request.url.path)) is not None:
            return spoilt
        if self.is_away:
            return httpx.Response(503)
        if request.url.path == keys.DISCOVERY:
            return httpx.Response(200, json={"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"})
        public = [
            ALGORITHM_OF[algorithm].to_jwk(private.public_key(), as_dict=True) | {"kid": name, "alg": algorithm}
            for name, (algorithm, private) in self.keys.items()
        ]
        return httpx.Response(200, json={"keys": [*public, {"kty": "oct", "kid": "shared", "k": "c2VjcmV0"}]})


@pytest.fixture
def issuer() -> TestIssuer:
    return TestIssuer()


@pytest.fixture
async def trusted(issuer):
    found = Issuer(ISSUER, AUDIENCE, Keys(ISSUER, None, transport=httpx.MockTransport(issuer.answer)))
    yield found
    await found.close()


@pytest.fixture
def known(runtime, trusted) -> Callers:
    """The gateway's callers, with the issuer trusted."""
    runtime.callers._issuer = trusted
    return runtime.callers
