"""A program service on a database of its own, and the projects that it hears of.

The schema is migrated once a session; everything a test wrote is rolled back after it. Events go through the service's own projection,
as the consumer hands them over.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, async_sessionmaker
from uuid_utils.compat import uuid7

from chassis import outbox
from chassis.app import create_app
from chassis.database import Database
from chassis.health import Health
from chassis.identity import Identity, Signer, Verifier
from chassis.migrations import MigrationSettings, migrate
from chassis.outbox import Boundary, Origin
from chassis.received import ReceivedEvent, read
from chassis.unit_of_work import Runtime
from contracts import project_events as events
from contracts.events import Event
from contracts.project_events.registers import ISSUE
from local_stack.databases import create_database, create_role
from local_stack.postgres import Postgres
from program_svc.application import CONFLICTS, ROUTER
from program_svc.consumers import projection
from program_svc.tables import IDEMPOTENCY_KEYS

APP_ROLE = "program_app"
RELAY_ROLE = "program_relay"
PRIVATE_KEY = Ed25519PrivateKey.generate()
ORIGIN = Origin(actor="ada", traceparent=None, correlation_id="c-1", causation_id=None)
NOW = "2026-03-02T09:00:00Z"


@pytest.fixture(scope="session")
def database_name(postgres: Postgres) -> str:
    """A migrated database."""
    name = "program_svc_tests"
    create_database(postgres, name)
    create_role(postgres, APP_ROLE, "unused")
    create_role(postgres, RELAY_ROLE, "unused")
    told = MigrationSettings(migration_database_url=postgres.url(name), app_role=APP_ROLE, relay_role=RELAY_ROLE)
    asyncio.run(migrate("program_svc", told))
    return name


class RolledBack(Database):
    """A database whose transactions are savepoints of one, which the test rolls back at its end."""

    def __init__(self, url: str) -> None:
        super().__init__(url, pool=1)
        self.connection: AsyncConnection | None = None

    @asynccontextmanager
    async def isolated(self) -> AsyncIterator["RolledBack"]:
        async with self.engine.connect() as connection:
            outer = await connection.begin()
            self.connection = connection
            self.sessions = async_sessionmaker(
                connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
            )
            yield self
            await outer.rollback()


@pytest.fixture
async def database(postgres: Postgres, database_name: str) -> AsyncIterator[RolledBack]:
    database = RolledBack(postgres.url(database_name, APP_ROLE))
    async with database.isolated():
        yield database
    await database.close()


def app_on(database: Database) -> FastAPI:
    """The application on a database, without NATS."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield

    app = create_app(
        title="programs", description="", routers=[ROUTER], lifespan=lifespan, health=Health(), conflicts=CONFLICTS
    )
    verifier = Verifier(PRIVATE_KEY.public_key(), "program-svc")
    app.state.runtime = Runtime(database, verifier, IDEMPOTENCY_KEYS)
    return app


@dataclass
class Projects:
    """What project-svc says of some projects: each call is one revision with one event, kept until it is taken."""

    organization_id: UUID
    said: list[ReceivedEvent] = field(default_factory=list)
    records: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    revisions: dict[UUID, int] = field(default_factory=dict)

    def take(self) -> list[ReceivedEvent]:
        """What was said since the last time."""
        said, self.said = self.said, []
        return said

    def project(self, key: str = "P1", **fields: Any) -> UUID:
        """A project that starts on Monday 2026-03-02."""
        project_id = uuid7()
        record = {
            **self._base(project_id),
            "key": key,
            "name": key,
            "purpose": "",
            "scope": "",
            "success_criteria": "",
            "manager": "",
            "sponsor": "",
            "state": "executing",
            "granularity": "day",
            "currency": "EUR",
            "calendar_id": None,
            "start": "2026-03-02",
            "deadline": None,
            "data_date": None,
            "updated_at": NOW,
        }
        self._say(project_id, events.ProjectCreated, record | fields)
        return project_id

    def task(self, project_id: UUID, name: str, days: int = 1, **fields: Any) -> UUID:
        """A task of so many days."""
        record = {
            **self._base(uuid7()),
            "project_id": str(project_id),
            "parent_id": None,
            "wbs_code": "",
            "name": name,
            "description": "",
            "kind": "task",
            "duration": f"P{days}D",
            "remaining_duration": None,
            "calendar_id": None,
            "mode": "auto_asap",
            "constraint": None,
            "deadline": None,
            "percent_complete": 0,
            "actual_start": None,
            "actual_finish": None,
            "state": "not_started",
            "updated_at": NOW,
        }
        return self._say(project_id, events.TaskCreated, record | fields)

    def calendar(self, project_id: UUID, shifts: dict[str, Any], hours_per_day: float = 8, **fields: Any) -> UUID:
        """A calendar with these shifts a week."""
        record = {
            **self._base(uuid7()),
            "project_id": str(project_id),
            "name": "calendar",
            "hours_per_day": hours_per_day,
            "shifts": shifts,
            "exceptions": [],
            "holidays": None,
            "days_off": [],
            "version": 1,
            "updated_at": NOW,
        }
        return self._say(project_id, events.CalendarCreated, record | fields)

    def link(self, project_id: UUID, predecessor: UUID, successor: UUID, **fields: Any) -> UUID:
        """A finish-to-start link."""
        record = {
            **self._base(uuid7()),
            "project_id": str(project_id),
            "predecessor_id": str(predecessor),
            "successor_id": str(successor),
            "type": "FS",
            "lag": "P0D",
            "lag_calendar": "project",
            "updated_at": NOW,
        }
        return self._say(project_id, events.LinkCreated, record | fields)

    def budget_line(self, project_id: UUID, amount: str, currency: str = "EUR", **fields: Any) -> UUID:
        """A budget line."""
        record = {
            **self._base(uuid7()),
            "project_id": str(project_id),
            "name": "line",
            "amount": {"amount": amount, "currency": currency},
            "task_id": None,
            "contingency": False,
            "updated_at": NOW,
        }
        return self._say(project_id, events.BudgetLineCreated, record | fields)

    def actual(self, project_id: UUID, amount: str, on: str = "2026-03-02", currency: str = "EUR") -> UUID:
        """An actual cost, as it was said before its event had a second version."""
        about = self._cost(project_id, amount, on, currency) | {"source": ""}
        return self._say(project_id, events.ActualRecorded, about)

    def actual_v2(self, project_id: UUID, amount: str, on: str = "2026-03-02", currency: str = "EUR") -> UUID:
        """An actual cost, said by the second version of its event."""
        about = self._cost(project_id, amount, on, currency) | {"source_document": None}
        return self._say(project_id, events.ActualRecordedV2, about)

    def _cost(self, project_id: UUID, amount: str, on: str, currency: str) -> dict[str, Any]:
        money = {"amount": amount, "currency": currency}
        return self._base(uuid7()) | {"project_id": str(project_id), "on": on, "amount": money, "task_id": None}

    def risk(self, project_id: UUID, probability: str, impact: str, **fields: Any) -> UUID:
        """A threat; its EMV is computed."""
        sign = -1 if fields.get("kind", "threat") == "threat" else 1
        emv = sign * float(probability) * float(impact)
        record = {
            **self._base(uuid7()),
            "project_id": str(project_id),
            "title": "risk",
            "description": "",
            "kind": "threat",
            "category": "",
            "state": "assessed",
            "probability": float(probability),
            "cost_impact": {"amount": impact, "currency": "EUR"},
            "days_impact": "P0D",
            "response": None,
            "owner": "",
            "trigger": "",
            "contingency_plan": "",
            "escalated": False,
            "task_id": None,
            "review_on": None,
            "emv": {"amount": f"{emv:.2f}", "currency": "EUR"},
            "updated_at": NOW,
        }
        return self._say(project_id, events.RiskCreated, record | fields)

    def issue(self, project_id: UUID, **fields: Any) -> UUID:
        """An open issue."""
        record = {
            **self._base(uuid7()),
            "project_id": str(project_id),
            "title": "issue",
            "description": "",
            "category": "",
            "priority": "medium",
            "owner": "",
            "raised_by": "",
            "raised_on": None,
            "due_on": None,
            "task_id": None,
            "risk_id": None,
            "resolution": "",
            "escalated": False,
            "state": "open",
            "updated_at": NOW,
        }
        return self._say(project_id, ISSUE.created, record | fields)

    def change(self, record_id: UUID, **fields: Any) -> None:
        """The record changed; dates and durations as on the wire."""
        self._again(record_id, "Updated", fields)

    def delete(self, record_id: UUID) -> None:
        """The record is gone."""
        self._again(record_id, "Deleted", {})

    def _again(self, record_id: UUID, happened: str, fields: dict[str, Any]) -> None:
        kept = self.records[record_id]
        name = kept["event"].__name__.replace("Created", happened)
        event = (
            ISSUE[("Created", "Updated", "Deleted").index(happened)]
            if name.startswith("Issue")
            else getattr(events, name)
        )
        self._say(kept["project_id"], event, kept["record"] | fields)
        if happened == "Deleted":
            del self.records[record_id]

    def snapshot(self, project_id: UUID) -> dict[str, Any] | None:
        """What project-svc would answer now to who asks for the project's snapshot; None if the project is gone."""
        if project_id not in self.records:
            return None
        kinds = {
            "calendars": events.CalendarCreated,
            "tasks": events.TaskCreated,
            "links": events.LinkCreated,
            "budget_lines": events.BudgetLineCreated,
            "actuals": events.ActualRecorded,
            "risks": events.RiskCreated,
            "issues": ISSUE.created,
        }
        kept = [each for each in self.records.values() if each["project_id"] == project_id]
        return {
            "revision": self.revisions[project_id],
            "project": self.records[project_id]["record"],
            **{name: [each["record"] for each in kept if each["event"] is kind] for name, kind in kinds.items()},
        }

    def _base(self, record_id: UUID) -> dict[str, Any]:
        ids = {"id": str(record_id), "organization_id": str(self.organization_id), "external_ref": None}
        return ids | {"revision": 1, "created_at": NOW}

    def _say(self, project_id: UUID, event: type[Event], record: dict[str, Any]) -> UUID:
        revision = self.revisions[project_id] = self.revisions.get(project_id, 0) + 1
        record_id = UUID(record["id"])
        kind = self.records[record_id]["event"] if record_id in self.records else event
        self.records[record_id] = {"record": record, "event": kind, "project_id": project_id}
        said = event.model_validate(
            {"data": {"record": record | {"revision": revision}, "changed": [], "previous": {}}}
        )
        boundary = Boundary("project", project_id, self.organization_id, revision)
        _, message = outbox.message(boundary, said, 1, 1, ORIGIN)
        alone = {name: value for name, value in message.headers.items() if name != "ce-beside"}
        received = read(replace(message, headers=alone))
        assert isinstance(received, ReceivedEvent)
        self.said.append(received)
        return record_id


@dataclass
class Api:
    """A member of one organisation, talking to the service, and the projects of that organisation."""

    client: httpx.AsyncClient
    database: Database
    organization_id: UUID = field(default_factory=uuid4)
    roles: frozenset[str] = frozenset({"admin"})
    projects: Projects = field(init=False)

    def __post_init__(self) -> None:
        self.projects = Projects(self.organization_id)

    @property
    def headers(self) -> dict[str, str]:
        identity = Identity(subject="ada", organization_id=self.organization_id, roles=self.roles)
        return {"Authorization": f"Bearer {Signer(PRIVATE_KEY).issue(identity, 'program-svc', lifetime=600)}"}

    async def hear(self, received: Sequence[ReceivedEvent] | None = None) -> None:
        """The projection takes these events, or all that the projects said since."""
        async with self.database.transaction() as session:
            await projection().apply(session, self.projects.take() if received is None else received)

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**self.headers, **options.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **options)

    async def get(self, path: str, **options: Any) -> Any:
        answer = await self.request("GET", path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any = None, *, status: int = 201, **options: Any) -> Any:
        answer = await self.request("POST", path, json={} if body is None else body, **options)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def patch(self, path: str, body: Any, *, status: int = 200, **options: Any) -> Any:
        answer = await self.request("PATCH", path, json=body, **options)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def delete(self, path: str, *, status: int = 204, **options: Any) -> httpx.Response:
        answer = await self.request("DELETE", path, **options)
        assert answer.status_code == status, answer.text
        return answer

    async def program(self, *project_ids: UUID, **fields: Any) -> str:
        """A program of these projects; its path."""
        body = {"key": f"P{uuid4().hex[:8].upper()}", "name": "Tram network"} | fields
        path = f"/programs/{(await self.post('/programs', body))['id']}"
        for project_id in project_ids:
            await self.post(f"{path}/components", {"project_id": str(project_id)})
        return path

    async def propose(self, program: str, provider: UUID, receiver: UUID, *, status: int = 201, **fields: Any) -> Any:
        """Propose a dependency between two tasks."""

        def end(task_id: UUID) -> dict[str, str]:
            return {"project_id": str(self.projects.records[task_id]["project_id"]), "task_id": str(task_id)}

        body = {"provider": end(provider), "receiver": end(receiver)} | fields
        return await self.post(f"{program}/dependencies", body, status=status)

    async def commit(self, program: str, provider: UUID, receiver: UUID, **fields: Any) -> str:
        """A dependency that both ends committed to; its path."""
        path = f"/dependencies/{(await self.propose(program, provider, receiver, **fields))['id']}"
        for end in ("provider", "receiver"):
            await self.post(f"{path}/commit", {"end": end}, status=200)
        return path

    async def schedule(self, program: str) -> dict[str, Any]:
        """The schedule's items by task id."""
        return {item["task_id"]: item for item in (await self.get(f"{program}/schedule"))["items"]}

    async def events(self) -> list[dict[str, Any]]:
        """What the service said: `happened` (as `record.happened`), subject, revision, position, positions and data, in order."""
        async with self.database.transaction(self.organization_id) as session:
            rows = await session.execute(
                text(
                    "SELECT subject, revision, position, positions, convert_from(payload, 'UTF8')::json AS data"
                    " FROM outbox ORDER BY pos"
                )
            )
            return [dict(row) | {"happened": ".".join(row["subject"].split(".")[-2:])} for row in rows.mappings()]


@pytest.fixture
async def client(database: RolledBack) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app_on(database), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://program-svc") as client:
        yield client


@pytest.fixture
def api(client: httpx.AsyncClient, database: RolledBack) -> Api:
    return Api(client, database)


@pytest.fixture
async def crowd(postgres: Postgres, database_name: str) -> AsyncIterator[Api]:
    """A member whose requests really run at once, each on a connection of its own. What they write stays, in their own organisation."""
    database = Database(postgres.url(database_name, APP_ROLE), pool=8)
    transport = httpx.ASGITransport(app_on(database), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://program-svc") as client:
        yield Api(client, database)
    await database.close()


@pytest.fixture
def stranger(client: httpx.AsyncClient, database: RolledBack) -> Api:
    """A member of another organisation."""
    return Api(client, database)


@pytest.fixture
def auditor(client: httpx.AsyncClient, database: RolledBack, api: Api) -> Api:
    """An auditor of the same organisation."""
    return Api(client, database, api.organization_id, frozenset({"auditor"}))


GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.fixture(scope="session")
def networks() -> dict[str, Any]:
    """`golden/networks.json`."""
    return dict(json.loads((GOLDEN / "networks.json").read_text()))


@pytest.fixture(scope="session")
def figures() -> dict[str, Any]:
    """`golden/figures.json`."""
    return dict(json.loads((GOLDEN / "figures.json").read_text()))


@dataclass
class Golden:
    """The golden network of eleven tasks, cut into three projects; `ids` by the tasks' letters."""

    case: dict[str, Any]
    api: Api
    project_ids: dict[str, UUID]
    ids: dict[str, UUID]
    program: str = ""
    dependencies: dict[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def told(cls, case: dict[str, Any], api: Api) -> "Golden":
        """Everything said, nothing heard yet."""
        cut, project_ids, ids = case["as_a_program"], {}, {}
        for key, names in cut["projects"].items():
            project_ids[key] = api.projects.project(key)
            for name in names:
                ids[name] = api.projects.task(project_ids[key], name, case["tasks"][name])
        for before, after in case["links"]:
            if [before, after] not in cut["dependencies"]:
                key = next(key for key, names in cut["projects"].items() if before in names)
                api.projects.link(project_ids[key], ids[before], ids[after])
        return cls(case, api, project_ids, ids)

    async def heard(self, **policies: str) -> "Golden":
        """Everything heard, in one program, every dependency committed. `BD="soft"` for a soft one."""
        await self.api.hear()
        self.program = await self.api.program(*self.project_ids.values())
        for before, after in self.case["as_a_program"]["dependencies"]:
            policy = policies.get(before + after, "hard")
            path = await self.api.commit(self.program, self.ids[before], self.ids[after], policy=policy)
            self.dependencies[before, after] = path
        return self

    def letters(self, task_ids: Sequence[str]) -> list[str]:
        """The letters of these tasks."""
        letter = {str(task_id): name for name, task_id in self.ids.items()}
        return [letter[task_id] for task_id in task_ids]


@pytest.fixture
def eleven(networks: dict[str, Any], api: Api) -> Golden:
    """The golden network, told."""
    return Golden.told(networks["eleven_tasks"], api)
