"""What can be done next with what an operation made: OpenAPI links from each creation to the operations on the new record and below it."""

from typing import Any, Final

from gateway.document.parts import Document, routes

_OF_RECORD: Final = ("get", "patch", "delete")


def tie(document: Document) -> None:
    """Give every 201 its links. Each tells the new record's id, and the ids that the creation's own address had."""
    operations = {(path, method): operation for path, method, operation in routes(document)}
    for (path, method), creation in operations.items():
        answer = creation["responses"].get("201")
        if method != "post" or answer is None:
            continue
        record = _record_path(path, operations)
        if record is None:
            continue
        known = {name: f"$request.path.{name}" for name in _names(path)}
        ids = known | {_names(record)[-1]: "$response.body#/id"}
        links = {
            operation["operationId"]: _link(operation, ids)
            for (other, verb), operation in operations.items()
            if _follows(record, other, verb)
        }
        if links:
            answer["links"] = links


def _record_path(path: str, operations: dict[tuple[str, str], Any]) -> str | None:
    """Where one record of the collection at `path` is. A dependency is made within its program and lives on its own."""
    collection = path.rsplit("/", 1)[1]
    homes = (path, f"/v1/{collection}")
    for home in homes:
        for other, _ in operations:
            if other.startswith(f"{home}/{{") and other.endswith("}") and other.count("/") == home.count("/") + 1:
                return other
    return None


def _follows(record: str, other: str, verb: str) -> bool:
    """Whether an operation is on the record itself, or on what is directly below it without an id of its own."""
    if other == record:
        return verb in _OF_RECORD
    rest = other.removeprefix(f"{record}/")
    return rest != other and "/" not in rest and verb in {"get", "post"}


def _link(operation: Document, ids: dict[str, str]) -> dict[str, Any]:
    wanted = [each["name"] for each in operation.get("parameters", ()) if each.get("in") == "path"]
    return {"operationId": operation["operationId"], "parameters": {name: ids[name] for name in wanted}}


def _names(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]
