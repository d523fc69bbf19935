"""The table: every kind of record, and who may do what to it. `docs/permissions.md` is written from it."""

from contracts.permissions.dependencies import DEPENDENCIES
from contracts.permissions.table import CREATE, DELETE, LIST, READ, UPDATE, Record
from contracts.permissions.who import (
    ADMINS,
    ANYBODY,
    INSPECTORS,
    MEMBERS,
    ORGANIZERS,
    OVERSEERS,
    PROGRAM_MANAGERS,
    PROGRAM_READERS,
    PROGRAM_WRITERS,
    PROJECT_MANAGERS,
    PROJECT_READERS,
    PROJECT_REVIEWERS,
    PROJECT_WRITERS,
    Who,
)

PROJECT = "/projects/{project_id}"
PROGRAM = "/programs/{program_id}"


def _changed_by(read: Who, change: Who) -> dict[str, Who]:
    return {READ: read, CREATE: change, UPDATE: change, DELETE: change}


def _of_project(name: str, path: str, change: Who = PROJECT_WRITERS) -> Record:
    return Record(name, f"{PROJECT}/{path}", _changed_by(PROJECT_READERS, change))


def _of_program(name: str, path: str, change: Who = PROGRAM_WRITERS) -> Record:
    return Record(f"program_{name}", f"{PROGRAM}/{path}", _changed_by(PROGRAM_READERS, change))


def _figures(name: str, path: str, read: Who) -> Record:
    return Record(name, path, {READ: read})


GATEWAY = (
    Record("document", "/openapi.json", {READ: ANYBODY}),
    Record("document", "/asyncapi.json", {READ: ANYBODY}),
    Record("document", "/problems", {READ: ANYBODY}),
    Record("organization", "/organizations", {READ: MEMBERS, UPDATE: ADMINS}),
    Record("member", "/members", _changed_by(MEMBERS, ADMINS)),
    Record(
        "invitation",
        "/invitations",
        {READ: INSPECTORS, CREATE: ADMINS, DELETE: ADMINS, "accept": ANYBODY},
        {"POST /accept": "accept"},
    ),
    # Its managers, and who organises all, give roles in a program or project; everybody may give up their own.
    Record("role", "/roles", _changed_by(MEMBERS, MEMBERS)),
    Record("api_token", "/api-tokens", {READ: MEMBERS, CREATE: MEMBERS, DELETE: MEMBERS}),
    Record("audit_entry", "/audit-log", {READ: INSPECTORS}),
    Record("event", "/events", {READ: MEMBERS}),
    Record(
        "webhook",
        "/webhooks",
        _changed_by(INSPECTORS, ADMINS),
        {
            "POST /{webhook_id}/rotate-secret": UPDATE,
            "POST /{webhook_id}/test": UPDATE,
            "POST /{webhook_id}/deliveries/{delivery_id}/redeliver": UPDATE,
        },
    ),
)

PROJECTS = (
    Record(
        "project",
        "/projects",
        {
            LIST: MEMBERS,
            CREATE: ORGANIZERS,
            READ: PROJECT_READERS,
            UPDATE: PROJECT_MANAGERS,
            DELETE: PROJECT_MANAGERS,
        },
        {"GET": LIST},
    ),
    _of_project("task", "tasks"),
    _of_project("link", "links"),
    Record("outside_link", f"{PROJECT}/outside-links", {READ: PROJECT_READERS, DELETE: PROJECT_MANAGERS}),
    _of_project("resource", "resources", PROJECT_MANAGERS),
    _of_project("assignment", "assignments"),
    Record(
        "calendar",
        f"{PROJECT}/calendars",
        _changed_by(PROJECT_READERS, PROJECT_WRITERS),
        {"POST /{calendar_id}/exceptions/import": UPDATE},
    ),
    Record(
        "schedule",
        f"{PROJECT}/schedule",
        {READ: PROJECT_READERS, "simulate": PROJECT_READERS, "level": PROJECT_READERS, "take": PROJECT_WRITERS},
        {"POST /simulate": "simulate", "POST /level": "level", "POST /level/take": "take"},
        reading=frozenset({READ, "simulate", "level"}),
    ),
    _figures("risk_assessment", f"{PROJECT}/risk-assessment", PROJECT_READERS),
    _figures("export", f"{PROJECT}/export", PROJECT_READERS),
    _figures("imposed_date", f"{PROJECT}/imposed-dates", PROJECT_READERS),
    _figures("snapshot", f"{PROJECT}/snapshot", PROJECT_READERS),
    _figures("earned_value", f"{PROJECT}/earned-value", PROJECT_READERS),
    _figures("tolerance", f"{PROJECT}/tolerances", PROJECT_READERS),
    _figures("budget", f"{PROJECT}/budget", PROJECT_READERS),
    _of_project("budget_line", "budget/lines", PROJECT_MANAGERS),
    _of_project("actual", "budget/actuals"),
    _of_project("commitment", "budget/commitments", PROJECT_MANAGERS),
    _of_project("risk", "risks"),
    _of_project("issue", "issues"),
    _of_project("decision", "decisions"),
    _of_project("action", "actions"),
    _of_project("assumption", "assumptions"),
    _of_project("stakeholder", "stakeholders"),
    _of_project("deliverable", "deliverables"),
    _of_project("phase", "phases"),
    _of_project("gate", "gates", PROJECT_MANAGERS),
    Record(
        "exception",
        f"{PROJECT}/exceptions",
        # Who manages the project says what happened and what could be done; who stands above says what is done, and that it is over.
        {READ: PROJECT_READERS, CREATE: PROJECT_MANAGERS, UPDATE: PROJECT_REVIEWERS, "decide": ORGANIZERS},
    ),
    _of_project("comment", "comments"),
    _figures("work_list", f"{PROJECT}/work-list", PROJECT_READERS),
    Record("work_list", "/work-list", {READ: MEMBERS}),
    Record("status_report", f"{PROJECT}/status-reports", {READ: PROJECT_READERS, CREATE: PROJECT_WRITERS}),
    # Each operation of a batch needs what its own route would.
    Record("batch", f"{PROJECT}/batch", {CREATE: PROJECT_WRITERS}),
    Record(
        "baseline",
        f"{PROJECT}/baselines",
        _changed_by(PROJECT_READERS, PROJECT_MANAGERS) | {"approve": PROJECT_MANAGERS},
        {"POST /{baseline_id}/approve": "approve"},
    ),
    Record(
        "change_request",
        f"{PROJECT}/change-requests",
        _changed_by(PROJECT_READERS, PROJECT_WRITERS) | {"decide": PROJECT_MANAGERS},
        {f"POST /{{change_request_id}}/{step}": UPDATE for step in ("submit", "assess")}
        | {
            f"POST /{{change_request_id}}/{step}": "decide"
            for step in ("approve", "reject", "defer", "implement", "close")
        },
    ),
)

LONG_WORK = (
    Record("shared_calendar", "/calendars", _changed_by(MEMBERS, ORGANIZERS)),
    # Into a project its manager imports, a new one whoever may make one.
    Record("import", "/imports", {CREATE: MEMBERS, "new_project": ORGANIZERS, "into_project": PROJECT_MANAGERS}),
    # Whoever sees a project sees its jobs, and each those of no project that it asked for; it calls off its own, and an admin any.
    Record("job", "/jobs", {READ: MEMBERS, "cancel": MEMBERS}, {"POST /{job_id}/cancel": "cancel"}),
)

PROGRAMS = (
    Record(
        "program",
        "/programs",
        {
            LIST: MEMBERS,
            CREATE: ORGANIZERS,
            READ: PROGRAM_READERS,
            UPDATE: PROGRAM_MANAGERS,
            DELETE: PROGRAM_MANAGERS,
        },
        {"GET": LIST},
    ),
    Record("component", f"{PROGRAM}/components", _changed_by(PROGRAM_READERS, PROGRAM_MANAGERS)),
    Record(
        "what_if",
        f"{PROGRAM}/what-if",
        {CREATE: PROGRAM_READERS},
        reading=frozenset({CREATE}),
    ),
    Record("simulation", f"{PROGRAM}/simulate", {CREATE: PROGRAM_READERS}, reading=frozenset({CREATE})),
    _of_program("stakeholder", "stakeholders"),
    _of_program("subscription", "subscriptions"),
    _of_program("gate", "gates", PROGRAM_MANAGERS),
    _of_program("decision", "decisions"),
    _of_program("issue", "issues"),
    _of_program("risk", "risks"),
    # Whoever writes in the program asks for a change; its managers decide on it.
    Record(
        "program_change_request",
        f"{PROGRAM}/change-requests",
        _changed_by(PROGRAM_READERS, PROGRAM_WRITERS) | {"decide": PROGRAM_MANAGERS},
    ),
    _of_program("funding", "funding", PROGRAM_MANAGERS),
    _of_program("exchange_rate", "exchange-rates", PROGRAM_MANAGERS),
    _of_program("benefit", "benefits"),
    Record(
        "measurement",
        f"{PROGRAM}/benefits/{{benefit_id}}/measurements",
        {READ: PROGRAM_READERS, CREATE: PROGRAM_WRITERS},
    ),
    Record(
        "scenario",
        f"{PROGRAM}/scenarios",
        _changed_by(PROGRAM_READERS, PROGRAM_WRITERS) | {"take": PROGRAM_MANAGERS},
        {"POST /{scenario_id}/take": "take"},
    ),
    Record(
        "program_baseline",
        f"{PROGRAM}/baselines",
        {READ: PROGRAM_READERS, CREATE: PROGRAM_MANAGERS, DELETE: PROGRAM_MANAGERS, "approve": PROGRAM_MANAGERS},
        {"POST /{baseline_id}/approve": "approve"},
    ),
    Record(
        "program_tolerance",
        f"{PROGRAM}/tolerances",
        {READ: PROGRAM_READERS, "check": PROGRAM_WRITERS},
        {"POST /check": "check"},
    ),
    Record("program_exception", f"{PROGRAM}/exceptions", {READ: PROGRAM_READERS, UPDATE: PROGRAM_MANAGERS}),
    Record("program_status_report", f"{PROGRAM}/status-reports", {READ: PROGRAM_READERS, CREATE: PROGRAM_WRITERS}),
    _figures("proposal", f"{PROGRAM}/proposals", PROGRAM_READERS),
    # What the program asks of a project is answered by the project's manager, who may have no role in the program.
    Record(
        "proposal",
        f"{PROGRAM}/projects/{{project_id}}/proposals",
        {READ: PROJECT_READERS, "accept": PROJECT_MANAGERS, "decline": PROJECT_MANAGERS},
        {f"POST /{{proposal_id}}/{step}": step for step in ("accept", "decline")},
    ),
    # What waits for the caller's own answer.
    Record("proposal", "/proposals", {LIST: MEMBERS}, {"GET /inbox": LIST}),
)

STRATEGY = (
    Record("portfolio", "/portfolios", _changed_by(MEMBERS, ORGANIZERS)),
    Record("portfolio_project", "/portfolios/{portfolio_id}/projects", _changed_by(MEMBERS, ORGANIZERS)),
    Record("portfolio_report", "/portfolios/{portfolio_id}/status-reports", {READ: OVERSEERS, CREATE: ORGANIZERS}),
    Record(
        "portfolio_subscription",
        "/portfolios/{portfolio_id}/subscriptions",
        _changed_by(OVERSEERS, ORGANIZERS),
    ),
    Record("goal", "/goals", _changed_by(MEMBERS, ORGANIZERS)),
    Record("key_result", "/goals/{goal_id}/key-results", _changed_by(MEMBERS, ORGANIZERS)),
    Record("key_result", "/key-results", _changed_by(MEMBERS, ORGANIZERS)),
    Record("check_in", "/key-results/{key_result_id}/check-ins", _changed_by(MEMBERS, ORGANIZERS)),
    Record("alignment", "/alignments", _changed_by(MEMBERS, ORGANIZERS)),
    _figures("alignment", "/alignment", MEMBERS),
)

RECORDS: tuple[Record, ...] = (*GATEWAY, *PROJECTS, *LONG_WORK, *PROGRAMS, *DEPENDENCIES, *STRATEGY)
