"""Asking another service for a snapshot, as ourselves: a reader of one organisation at a time."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from chassis.identity import Identity, Signer
from chassis.problem import MISSING_HEADER
from contracts.vocabulary import OrganizationRole

if TYPE_CHECKING:
    import httpx

LIFETIME = 60
"""Seconds for which a token is good."""
TIMEOUT = 10.0
MOST_BYTES = 256 * 1024 * 1024
"""Of a snapshot: more would not fit beside anything else in our memory."""


class PeerFailed(Exception):
    """The other service could not answer as it should. Another time it may."""


class Peer:
    """One other service over HTTP. `url` is where it answers, `audience` its name, `ourselves` ours, `signer` has our own key."""

    def __init__(self, url: str, audience: str, ourselves: str, signer: Signer) -> None:
        self._url = url
        self._audience = audience
        self._ourselves = ourselves
        self._signer = signer
        self._client: httpx.AsyncClient | None = None

    async def get(self, organization_id: UUID, path: str) -> dict[str, Any] | None:
        """The JSON object at `path`; None if the service says that there is no such record. Raises PeerFailed."""
        import httpx  # only a process that has something to restore carries it

        if self._client is None:
            self._client = httpx.AsyncClient(base_url=self._url, timeout=TIMEOUT)
        identity = Identity(self._ourselves, organization_id, frozenset({OrganizationRole.AUDITOR}))
        token = self._signer.issue(identity, self._audience, lifetime=LIFETIME)
        try:
            answer = await self._client.get(path, headers={"Authorization": f"Bearer {token}"})
        except httpx.HTTPError as error:
            raise PeerFailed(f"{self._audience}: {error or type(error).__name__}") from error
        if answer.status_code == httpx.codes.NOT_FOUND and answer.headers.get(MISSING_HEADER) == "record":
            return None  # and not merely a path that this version of the service does not know
        if answer.status_code != httpx.codes.OK or len(answer.content) > MOST_BYTES:
            raise PeerFailed(f"{self._audience} answered {answer.status_code} to {path}")
        document = orjson.loads(answer.content)
        if not isinstance(document, dict):
            raise PeerFailed(f"{self._audience} answered no JSON object to {path}")
        return document

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
