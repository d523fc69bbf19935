"""How a route, or whoever acts on a record, finds its row of the table."""

from functools import cache

from contracts.permissions.records import RECORDS
from contracts.permissions.table import OF_METHOD, Permission, Record


def required(method: str, path: str) -> Permission:
    """The row for a route, whose path is a template as in the API document. Raises LookupError for a route without one."""
    permission = _found(method, path)
    if permission is None:
        raise LookupError(f"{method} {path} has no permission: add its record to contracts.permissions.records")
    return permission


def of_record(name: str, action: str) -> Permission:
    """The row for an action on a kind of record. Raises LookupError."""
    for record in RECORDS:
        if record.name == name and action in record.actions:
            return _permission(record, action)
    raise LookupError(f"Nobody was said to {action} a {name}: contracts.permissions.records")


@cache
def _found(method: str, path: str) -> Permission | None:
    method = "GET" if method == "HEAD" else method
    fitting = [record for record in RECORDS if path == record.path or path.startswith(f"{record.path}/")]
    if not fitting or method not in OF_METHOD:
        return None
    record = max(fitting, key=lambda each: each.path.count("/"))
    rest = path.removeprefix(record.path)
    action = record.steps.get(f"{method} {rest}".strip())
    if action is None:
        # A POST below a record is a step of its own, which has to be named; the others mean the same wherever they are.
        action = None if method == "POST" and rest else OF_METHOD[method]
    return None if action is None or action not in record.actions else _permission(record, action)


def _permission(record: Record, action: str) -> Permission:
    return Permission(record.name, action, record.actions[action], changes=action not in record.reading)
