"""`python -m deploy.secrets | kubectl apply -f -`: the secrets that the overlays with servers of their own need, new at every call.

Run it once for a namespace: PostgreSQL takes its passwords when its data is made. Production has ExternalSecrets of the same names and keys.
"""

import base64
import json
import secrets
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

NAMESPACE = "interlock"
DATABASES = ("project", "program", "gateway")
ROLES = ("owner", "app", "relay")
OPERATED = ("project", "program")
"""Databases in which events may lie in quarantine; people who look at those of all organisations have a role of their own there."""
BUS_USERS = (*DATABASES, "operator")
OTHER = {"project": "program", "program": "project"}


def password() -> str:
    """A letter and 64 hex digits: needs no quoting anywhere, and NATS cannot take it for a number."""
    return f"p{secrets.token_hex(32)}"


def key_pair() -> tuple[str, str]:
    """PEM of a new Ed25519 key: private, public."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def contents(new_password: Callable[[], str] = password) -> dict[str, dict[str, str]]:
    """Secret → key → value, of everything that the pods of an overlay with servers of its own mount."""
    roles = {f"{database}_{role}": new_password() for database in DATABASES for role in ROLES}
    roles |= {f"{database}_operator": new_password() for database in OPERATED}
    bus = {user: new_password() for user in BUS_USERS}
    keys = {name: key_pair() for name in DATABASES}
    found = {"postgres-passwords": {"postgres": new_password(), **roles}, "nats-passwords": bus}
    for name in DATABASES:
        service = "gateway" if name == "gateway" else f"{name}-svc"
        serving = {
            "interlock_database_url": f"postgresql://{name}_app:{roles[f'{name}_app']}@postgres/{name}",
            "interlock_nats_url": f"nats://{name}:{bus[name]}@nats:4222",
        }
        relay = f"postgresql://{name}_relay:{roles[f'{name}_relay']}@postgres/{name}"
        own = {"private.pem": keys[name][0]}
        if name == "gateway":
            webhooks = {"webhook-keys": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode() + "\n"}
            http, worker = {**serving, **own, **webhooks}, {**serving, **webhooks}
        else:
            believed = {"gateway-public.pem": keys["gateway"][1]}
            http = {**serving, **believed, "reader-keys.pem": keys[OTHER[name]][1]}
            worker = {**serving, **believed, **own}
        found[f"{service}-http"] = http
        found[f"{service}-worker"] = {**worker, "interlock_relay_database_url": relay}
        if name in OPERATED:
            operator = f"postgresql://{name}_operator:{roles[f'{name}_operator']}@postgres/{name}"
            urls = {"interlock_database_url": serving["interlock_database_url"], "interlock_relay_database_url": relay}
            found[f"{service}-operate"] = {**urls, "interlock_operator_database_url": operator}
        owner = f"postgresql://{name}:{roles[f'{name}_owner']}@postgres/{name}"
        found[f"{service}-migrate"] = {"interlock_migration_database_url": owner}
    return found


def objects() -> dict[str, Any]:
    """The secrets as one Kubernetes List."""
    items = [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": NAMESPACE},
            "type": "Opaque",
            "stringData": values,
        }
        for name, values in contents().items()
    ]
    return {"apiVersion": "v1", "kind": "List", "items": items}


if __name__ == "__main__":
    print(json.dumps(objects(), indent=1))
