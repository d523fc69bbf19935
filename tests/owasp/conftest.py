"""A running stack with two organisations that must not know of each other, and people of every kind who try what they may not.

One module for each of the OWASP API Security Top 10 of 2023. Forged tokens and the walk over every route with every role are tests of
their own (`tests/gateway`); what is tried here goes through the public door of real processes.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from stack_kit import RunningStack, made


@pytest.fixture(scope="session")
def stack(new_folder: Callable[[], Path]) -> Iterator[RunningStack]:
    running = RunningStack(new_folder() / "home")
    try:
        running.start()
        yield running
    finally:
        if running.supervisor.poll() is None:
            running.stop()


@pytest.fixture(scope="session")
def knocking(stack) -> Iterator[Callable[[str | None], httpx.Client]]:
    """Make a client with a token, or with none."""
    opened = []

    def open_with(token: str | None) -> httpx.Client:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        opened.append(httpx.Client(base_url=f"{stack.url}/v1", headers=headers, timeout=30))
        return opened[-1]

    yield open_with
    for client in opened:
        client.close()


@pytest.fixture(scope="session")
def admin(stack, knocking) -> httpx.Client:
    """Of the organisation `demo`."""
    return knocking(stack.token)


@pytest.fixture(scope="session")
def anybody(knocking) -> httpx.Client:
    return knocking(None)


@pytest.fixture(scope="session")
def stranger(stack, knocking) -> httpx.Client:
    """May do everything, in another organisation."""
    stack.operator("create-organization", "other", "--if-missing")
    asked = ("--organization", "other", "--member", "mallory@example.net", "--role", "admin")
    return knocking(stack.operator("create-token", *asked))


@pytest.fixture(scope="session")
def member(admin, knocking) -> Callable[..., httpx.Client]:
    """Make a member of `demo` with roles in programs and projects: `member(project_id=…, role="viewer", scope="read")`."""

    def make(*, scope: str = "write", role: str | None = None, **within: str) -> httpx.Client:
        person = made(admin, "/members", {"email": f"{uuid4().hex}@example.org", "name": "Somebody"})
        if role is not None:
            made(admin, "/roles", {"member_id": person["id"], "role": role, **within})
        asked = {"name": "for tests", "member_id": person["id"], "scope": scope}
        client = knocking(made(admin, "/api-tokens", asked)["token"])
        client.headers["X-Member"] = person["id"]
        return client

    return make


@pytest.fixture(scope="session")
def project(admin) -> dict:
    body = {"key": f"O{uuid4().hex[:10].upper()}", "name": "Secret plans", "start": "2026-03-02", "currency": "EUR"}
    return made(admin, "/projects", body)


@pytest.fixture(scope="session")
def task(admin, project) -> dict:
    return made(admin, f"/projects/{project['id']}/tasks", {"name": "A secret task", "duration": "P4D"})
