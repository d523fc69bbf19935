"""Every route of the API document, asked by every role in every place; and what the table of permissions says comes of it."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from service_kit import Inner, Member
from starlette.types import ASGIApp

from contracts.permissions import Permission, required
from contracts.vocabulary import OrganizationRole, ProgramRole, ProjectRole
from gateway.runtime import PROGRAM_SEGMENTS, PROJECT_SEGMENTS

OWN, OTHER_PROJECT, OTHER_PROGRAM, OTHER_ORGANIZATION = PLACES = (
    "own",
    "another project",
    "another program",
    "another organisation",
)
REFUSED = frozenset({401, 403, 404})
DOCUMENT = json.loads(resources.files("gateway").joinpath("openapi/interlock.json").read_bytes())


@dataclass(frozen=True)
class Route:
    """One operation of the document. `path` is without `/v1`."""

    method: str
    path: str
    operation: Mapping[str, Any] = field(hash=False, compare=False)

    @property
    def permission(self) -> Permission:
        return required(self.method, self.path)

    @property
    def names(self) -> list[str]:
        """The parameters in the path."""
        return re.findall(r"{(\w+)}", self.path)

    def body(self, known: Mapping[str, str]) -> Any:
        """The document's own example, about records that there are; None where the route takes no JSON."""
        content = self.operation.get("requestBody", {}).get("content", {})
        told = next((each for kind, each in content.items() if "json" in kind), None)
        if told is None:
            return None
        example = next(iter(told["examples"].values())) if "examples" in told else {"value": told["example"]}
        if "$ref" in example:
            example = DOCUMENT["components"]["examples"][example["$ref"].rpartition("/")[2]]
        return _about(example["value"], known)

    def query(self, known: Mapping[str, str]) -> str:
        """What the query needs at least, about records that there are."""
        needed = [each["name"] for each in self.operation.get("parameters", ()) if each.get("required")]
        return urlencode({name: known[name] for name in needed if name in known and name not in self.names})


def _about(node: Any, known: Mapping[str, str], name: str = "") -> Any:
    if isinstance(node, dict):
        return {key: _about(value, known, key) for key, value in node.items() if key != "external_ref"}
    if isinstance(node, list):
        return [_about(each, known) for each in node]
    return f"K{uuid4().hex[:10].upper()}" if name == "key" else known.get(name, node)


@cache
def routes() -> dict[str, list[Route]]:
    """Every route, by the service that answers it."""
    found: dict[str, list[Route]] = {"project-svc": [], "program-svc": [], "gateway": []}
    for path, item in DOCUMENT["paths"].items():
        service = _service_of(path)
        for method in ("get", "post", "patch", "put", "delete"):
            if method in item:
                found[service].append(Route(method.upper(), path.removeprefix("/v1"), item[method]))
    return found


def _service_of(path: str) -> str:
    first = path.split("/")[2] if path.startswith("/v1/") else ""
    if path.endswith("/overview") and first == "programs":  # combined by the gateway from several requests
        return "gateway"
    return "project-svc" if first in PROJECT_SEGMENTS else "program-svc" if first in PROGRAM_SEGMENTS else "gateway"


@dataclass(frozen=True)
class Somebody:
    """A caller with one role, or none: in the organisation, or in the place `OWN`."""

    name: str
    organization: OrganizationRole | None = None
    program: ProgramRole | None = None
    project: ProjectRole | None = None

    def expected(self, route: Route, place: str) -> int | None:
        """What the table says: None where it lets in, else 403 (sees it, may not) or 404 (does not see it).

        This is `chassis.authority` told once more, in the words of the documentation: a mistake in one of them is a difference.
        """
        who = route.permission.who
        is_listed = self.organization is not None and self.organization in who.organization
        may_everywhere = is_listed or who.any_member or who.anybody
        if place == OTHER_ORGANIZATION:
            # What is there is not said: who may do it nowhere hears that, everybody else that there is nothing.
            sees_all_alike = self.organization is not None or not ({"program_id", "project_id"} & set(route.names))
            return 403 if sees_all_alike and not may_everywhere and not (who.provider or who.receiver) else 404
        in_program = self.program if place in {OWN, OTHER_PROJECT} else None
        in_project = self.project if place == OWN else None
        is_dependency = bool(who.provider or who.receiver) and "program_id" not in route.names
        if is_dependency:
            # The project of `OWN` is the provider of its dependency.
            may = in_program in who.program or in_project in who.provider
            sees = self.organization is not None or in_program is not None or in_project is not None
        else:
            may = ("program_id" in route.names and in_program in who.program) or (
                "project_id" in route.names and in_project in who.project
            )
            sees = self.organization is not None or (
                in_program is not None if "program_id" in route.names else in_project is not None
            )
            sees = sees or not ({"program_id", "project_id"} & set(route.names))
        return None if may_everywhere or may else 403 if sees else 404

    def roles(self, known: Mapping[str, str]) -> dict[str, Any]:
        """What its token says; `known` are the ids of the place `OWN`."""
        return {
            "roles": frozenset() if self.organization is None else frozenset({self.organization}),
            "in_programs": {} if self.program is None else {UUID(known["program_id"]): self.program},
            "in_projects": {} if self.project is None else {UUID(known["project_id"]): self.project},
        }


EVERYBODY = (
    *(Somebody(str(role), organization=role) for role in OrganizationRole),
    *(Somebody(f"{role} of the program", program=role) for role in ProgramRole),
    *(Somebody(f"{role} of the project", project=role) for role in ProjectRole),
    Somebody("nobody"),
)


def asked(service: str, places: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[Route, str, Mapping[str, str]]]:
    """Each route in each place where its path is another one."""
    for route in routes()[service]:
        seen = set()
        for place, known in places.items():
            missing = [name for name in route.names if name not in known]
            assert not missing, f"{route.method} {route.path}: nobody made {missing} for {place}"
            path = route.path.format_map(known)
            if path not in seen:
                seen.add(path)
                yield route, place, known


async def make_all(member: Member, service: str, known: dict[str, str]) -> dict[str, str]:
    """One record of every kind that can be made by POST, from the document's examples; their ids by the names of parameters."""
    paths = {route.path for route in routes()[service]}
    for route in sorted(routes()[service], key=lambda each: (each.path.count("/"), each.path)):
        own = next((path for path in sorted(paths) if re.fullmatch(re.escape(route.path) + r"/{\w+}", path)), None)
        if route.method != "POST" or own is None or any(name not in known for name in route.names):
            continue
        name = re.findall(r"{(\w+)}", own)[-1]
        if name not in known:
            answer = await member.request("POST", route.path.format_map(known), json=route.body(known))
            assert answer.status_code == 201, (route.path, route.body(known), answer.text)
            known[name] = answer.json()["id"]
    return known


class Forgetful(Inner):
    """A seat on which nothing is kept: each request finds what was there before all of them."""

    async def commit(self) -> None:
        await self.rollback()


async def ask(app: ASGIApp, route: Route, known: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, bytes]:
    """The status and the body of one answer. A change names a revision that nothing is at: who gets as far as 412 was let in."""
    body = route.body(known)
    told = dict(headers)
    if body is not None:
        told["content-type"] = "application/merge-patch+json" if route.method == "PATCH" else "application/json"
    if route.method in {"PATCH", "DELETE"}:
        told["if-match"] = '"0"'
    content = b"" if body is None else json.dumps(body).encode()
    path = route.path.format_map(known)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": route.method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": route.query(known).encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in told.items()],
        "client": ("127.0.0.1", 1),
        "server": ("walk", 80),
    }
    status, pieces, sent = 0, [], asyncio.Event()

    async def receive() -> dict[str, Any]:
        if sent.is_set():  # the client stays until it has its answer
            await asyncio.Event().wait()
        sent.set()
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            pieces.append(message.get("body", b""))

    await app(scope, receive, send)
    return status, b"".join(pieces)


def difference(route: Route, place: str, who: Somebody, expected: int | None, status: int, body: bytes) -> str | None:
    """What to say of an answer that is not as expected; None for one that is."""
    is_right = status not in REFUSED and status < 500 if expected is None else status == expected
    if is_right:
        return None
    wanted = "is let in" if expected is None else f"gets {expected}"
    return f"{route.method} {route.path} in {place}: {who.name} {wanted} by the table, and got {status} {body[:160]!r}"
