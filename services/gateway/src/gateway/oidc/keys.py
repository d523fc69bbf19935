"""The issuer's public keys: fetched once, kept, and fetched again when a token names one that is not among them."""

import asyncio
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import jwt
import orjson
import structlog

from chassis.problem import Unavailable

if TYPE_CHECKING:
    import httpx

FRESH = 600.0
"""Seconds after which the keys are fetched again, so that one that was withdrawn is not trusted for longer."""
AT_MOST_EVERY = 10.0
"""Seconds between two fetches: tokens that name keys of their own invention must not make us ask the issuer each time."""
TRUSTED = 3600.0
"""Seconds for which the keys go on being trusted while the issuer cannot be asked."""
PATIENCE = 0.5
"""Seconds for which somebody waits for fresh keys whose own is known: an issuer that hangs is to hold nobody up who could be let in."""
TIMEOUT = 5.0
MOST_BYTES = 256 * 1024
DISCOVERY = "/.well-known/openid-configuration"

log = structlog.stdlib.get_logger(__name__)


class Keys:
    """Key id → key, of one issuer. jwks_url: where they are; without it the issuer's discovery document is asked."""

    def __init__(
        self, issuer: str, jwks_url: str | None, *, transport: "httpx.AsyncBaseTransport | None" = None
    ) -> None:
        import httpx  # only a gateway that has an issuer carries it

        self._issuer = issuer
        self._jwks_url = jwks_url
        self._client = httpx.AsyncClient(timeout=TIMEOUT, transport=transport)
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._fetched_at = self._asked_at = float("-inf")
        self._refreshing: asyncio.Task[None] | None = None

    async def find(self, key_id: str | None) -> jwt.PyJWK | None:
        """The key with this id; for a token that names none, the only one there is. Raises Unavailable when it cannot be found out."""
        known = self._chosen(key_id)
        if known is not None and time.monotonic() - self._fetched_at <= FRESH:
            return known
        if self._refreshing is None and time.monotonic() - self._asked_at > AT_MOST_EVERY:
            self._refreshing = asyncio.create_task(self._refresh(), name="refresh the issuer's keys")
        if self._refreshing is not None:
            await asyncio.wait([self._refreshing], timeout=None if known is None else PATIENCE)
        if time.monotonic() - self._fetched_at > TRUSTED:
            raise Unavailable("Access tokens cannot be checked right now.")
        return self._chosen(key_id)

    async def close(self) -> None:
        """Close the connections."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            await asyncio.wait([self._refreshing])
        await self._client.aclose()

    def _chosen(self, key_id: str | None) -> jwt.PyJWK | None:
        if key_id is None:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(key_id)

    async def _refresh(self) -> None:
        import httpx

        at = self._asked_at = time.monotonic()
        try:
            self._keys, self._fetched_at = await self._fetch(), at
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
            log.warning("the issuer's keys cannot be had", issuer=self._issuer, reason=repr(error))
        finally:
            self._refreshing = None

    async def _fetch(self) -> dict[str | None, jwt.PyJWK]:
        url = self._jwks_url
        if url is None:
            told = await self._get(self._issuer.rstrip("/") + DISCOVERY)
            if told["issuer"] != self._issuer:
                raise ValueError(f"the discovery document is of {told['issuer']}")
            url = str(told["jwks_uri"])
        found: dict[str | None, jwt.PyJWK] = {}
        for each in (await self._get(url))["keys"]:
            try:
                if each.get("use", "sig") == "sig" and each.get("kty") != "oct":
                    found[each.get("kid")] = jwt.PyJWK.from_dict(each)
            except (jwt.PyJWTError, ValueError, TypeError, AttributeError, KeyError) as error:
                # Of a kind that we do not know, or no key at all: the others still count.
                log.info("a key is passed over", issuer=self._issuer, reason=repr(error))
        return found

    async def _get(self, url: str) -> Mapping[str, Any]:
        answer = await self._client.get(url)
        answer.raise_for_status()
        if len(answer.content) > MOST_BYTES:
            raise ValueError("the answer is too large")
        document: Mapping[str, Any] = orjson.loads(answer.content)
        if not isinstance(document, dict):
            raise TypeError("the answer is no JSON object")
        return document
