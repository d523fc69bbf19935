"""What project-svc says of projects, as the consumer hands it to program-svc."""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis import outbox
from chassis.outbox import Boundary, Origin
from chassis.received import ReceivedEvent, read
from contracts import project_events as events
from contracts.events import Event
from contracts.project_events.registers import BASELINE, ISSUE, OUTSIDE_LINK

ORIGIN = Origin(actor="ada", traceparent=None, correlation_id="c-1", causation_id=None)
NOW = "2026-03-02T09:00:00Z"


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

    def outside_link(self, project_id: UUID, task: UUID, other: UUID | None, other_end: str, **fields: Any) -> UUID:
        """A link of an imported plan to a task of another project; it waits where the other task is not told."""
        record = {
            **self._base(uuid7()),
            "project_id": str(project_id),
            "task_id": str(task),
            "other_end": other_end,
            "other_project": "other",
            "other_task": "7",
            "type": "FS",
            "lag": "P0D",
            "dependency_id": None,
            "updated_at": NOW,
            **self.other_end(other),
        }
        return self._say(project_id, OUTSIDE_LINK.created, record | fields)

    def other_end(self, task: UUID | None) -> dict[str, Any]:
        """What a link says of its other end: where it is, or that it has not arrived."""
        if task is None:
            return {"state": "waiting", "other_project_id": None, "other_task_id": None}
        project = str(self.records[task]["project_id"])
        return {"state": "found", "other_project_id": project, "other_task_id": str(task)}

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

    def baseline(self, project_id: UUID, points: list[tuple[str, str]], bac: str, **fields: Any) -> UUID:
        """An approved baseline with this planned value so far, day by day."""

        def euros(amount: str) -> dict[str, str]:
            return {"amount": amount, "currency": "EUR"}

        figures = {"start": "2026-03-02", "finish": points[-1][0], "bac": euros(bac), "contingency": euros("0.00")}
        record = {
            **self._base(uuid7()),
            "project_id": str(project_id),
            "name": "As agreed",
            "description": "",
            "change_request_id": None,
            "state": "approved",
            "of_revision": 1,
            "content_hash": "sha-256:" + "0f" * 32,
            "scope": "",
            "figures": figures | {"tasks": 1, "budget_lines": 1},
            "planned_value": [{"on": on, "amount": euros(amount)} for on, amount in points],
            "approved_by": "Board",
            "approved_at": NOW,
            "approval_note": "",
            "updated_at": NOW,
        }
        return self._say(project_id, BASELINE.created, record | fields)

    def change(self, record_id: UUID, **fields: Any) -> None:
        """The record changed; dates and durations as on the wire."""
        self._again(record_id, "Updated", fields)

    def delete(self, record_id: UUID) -> None:
        """The record is gone."""
        self._again(record_id, "Deleted", {})

    def _again(self, record_id: UUID, happened: str, fields: dict[str, Any]) -> None:
        kept = self.records[record_id]
        life = next((each._asdict() for each in (ISSUE, BASELINE, OUTSIDE_LINK) if kept["event"] is each.created), {})
        event = life.get(happened.lower()) or getattr(events, kept["event"].__name__.replace("Created", happened))
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
            "baselines": BASELINE.created,
            "outside_links": OUTSIDE_LINK.created,
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
