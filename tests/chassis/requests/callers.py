"""Who asks the service of notes."""

from uuid import UUID, uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.identity import Identity, Signer
from contracts.vocabulary import OrganizationRole

KEY = Ed25519PrivateKey.generate()
HOME, ABROAD = uuid4(), uuid4()


def client_of(app, organization: UUID) -> httpx.AsyncClient:
    caller = Identity("member:1", organization, frozenset({OrganizationRole.ADMIN}))
    headers = {"Authorization": f"Bearer {Signer(KEY).issue(caller, 'notes', lifetime=60)}"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", headers=headers)


async def titles(client) -> list[str]:
    return [note["title"] for note in (await client.get("/notes")).json()["items"]]
