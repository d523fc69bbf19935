"""Who may use an operation: its row of the table of permissions, as `x-permission`, and the security that follows from it."""

from typing import Any

from contracts.permissions import Permission, required
from gateway.document.parts import PREFIX, Document, routes

PARTS = ("organization", "program", "project", "provider", "receiver")


def tell(document: Document) -> None:
    """Give every operation its permission. Raises LookupError for one without a row in the table."""
    for path, method, operation in routes(document):
        permission = required(method.upper(), path.removeprefix(PREFIX))
        operation["x-permission"] = _told(permission)
        operation["security"] = [] if permission.who.anybody else document["security"]


def _told(permission: Permission) -> dict[str, Any]:
    who = permission.who
    roles = {part: sorted(getattr(who, part)) for part in PARTS if getattr(who, part)}
    return {
        "record": permission.record,
        "action": permission.action,
        "scope": "write" if permission.changes else "read",
        "anybody": who.anybody,
        "any_member": who.any_member,
        "roles": roles,
    }
