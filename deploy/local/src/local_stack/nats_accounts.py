"""The accounts of the message bus: the services share one, with the streams; each reader has its own, with a view of two consumers."""

from collections.abc import Sequence
from typing import Any, Final

from local_stack.nats_users import User

SERVICES: Final = "SERVICES"


def accounts_of(users: Sequence[User]) -> dict[str, Any]:
    """The server's `accounts`. A user with imports gets an account of its name; the others are in SERVICES."""
    readers = [user for user in users if user.imports]
    services = {
        "jetstream": "enabled",
        "users": [_with_rights(user) for user in users if not user.imports],
        "exports": [_export(user, subject) for user in readers for subject in user.imports.values()],
    }
    return {SERVICES: services} | {user.name: _reader(user) for user in readers}


def _reader(user: User) -> dict[str, Any]:
    imports = [
        {"service": {"account": SERVICES, "subject": theirs}, "to": ours} for ours, theirs in user.imports.items()
    ]
    return {"users": [_with_rights(user)], "imports": imports}


def _export(user: User, subject: str) -> dict[str, Any]:
    """To this account alone. A pull has many answers, everything else one."""
    answers = {"response_type": "stream"} if ".MSG.NEXT." in subject else {}
    return {"service": subject, "accounts": [user.name]} | answers


def _with_rights(user: User) -> dict[str, Any]:
    permissions = {"publish": {"allow": list(user.publish)}, "subscribe": {"allow": list(user.subscribe)}}
    return {"user": user.name, "password": user.password, "permissions": permissions}
