"""Every read of program-svc by somebody who sees a program and one of its projects: no word of the other project, whichever path is asked.

The other surfaces on which projects meet, and where each is looked at: `SURFACES`.
"""

import ast
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from service_kit import RolledBack, client_of, migrated
from tests.authority.a_program import program
from tests.program_svc.member import ProgramMember
from walk_kit import Route, ask, routes

from contracts.vocabulary import ProgramRole, ProjectRole
from program_svc.application import CONFLICTS, ROUTERS
from program_svc.sight import redacted

ROOT = Path(__file__).parents[2]
SECRET = "SECRET"
QUESTIONS = ("/programs/{program_id}/what-if", "/programs/{program_id}/simulate")
"""POSTs that change nothing."""
LOOKED_AT = {200, 403, 404}
IN_PROGRAM_SVC, OF_A_VIEWER = "tests/program_svc/test_redaction.py", "tests/gateway/test_events_of_a_viewer.py"
SURFACES = {
    "every read": ("tests/authority/test_nothing_hidden.py", "test_no_read_says_a_word_of_what_is_hidden"),
    "dependencies": (IN_PROGRAM_SVC, "test_a_dependency_with_a_hidden_end_is_a_stub"),
    "explain": (IN_PROGRAM_SVC, "test_the_schedule_holds_the_tasks_that_are_seen"),
    "exposure": (IN_PROGRAM_SVC, "test_nothing_that_a_reader_gets_names_what_it_does_not_see"),
    "roll-ups": (IN_PROGRAM_SVC, "test_roll_ups_are_of_what_is_seen_and_say_how_much_is_not"),
    "answers that are repeated": (
        IN_PROGRAM_SVC,
        "test_an_answer_that_is_repeated_is_its_callers_and_holds_what_that_one_sees_now",
    ),
    "drawn and printed exports": (
        IN_PROGRAM_SVC,
        "test_what_is_derived_kept_or_drawn_of_a_program_names_nothing_hidden",
    ),
    "a project's exports": ("tests/project_svc/test_imposed_dates.py", "test_an_export_is_of_its_own_project_alone"),
    "the audit log's export": ("tests/gateway/test_audit_log.py", "test_auditors_read_it_and_others_do_not"),
    "combined views": ("tests/gateway/test_walk.py", "test_every_answer_is_what_the_table_says"),
    "events": (OF_A_VIEWER, "test_the_list_leaves_out_what_is_hidden_and_counts_it"),
    "server-sent events": (OF_A_VIEWER, "test_a_stream_passes_over_what_is_hidden"),
    "webhooks": (OF_A_VIEWER, "test_a_webhook_with_a_members_eyes_gets_what_that_one_may_see"),
}
"""Where something of several projects, or of one to those who may see another, leaves the house; and the test that looks at it."""


@pytest.mark.parametrize("surface", SURFACES)
def test_each_surface_is_looked_at(surface):
    file, name = SURFACES[surface]
    functions = (ast.AsyncFunctionDef, ast.FunctionDef)
    assert name in {each.name for each in ast.parse((ROOT / file).read_text()).body if isinstance(each, functions)}, (
        surface
    )


ENDS = {f"{end}/{name}_id" for end in ("provider", "receiver") for name in ("project", "task")}
NAMED = {
    "/dependencies/{dependency_id}": ENDS,
    "/programs/{program_id}/dependencies": {f"items/{each}" for each in ENDS},
    "/programs/{program_id}/snapshot": {*(f"dependencies/{each}" for each in ENDS), "project_ids"},
    "/programs/{program_id}/schedule": {"longest_path"},
    "/programs/{program_id}/paths": {"paths/project_ids", "paths/task_ids"},
}
"""Where an answer names what is hidden by its id: the ends of dependencies, which are stubs, and paths that explain a date."""


@pytest.fixture(scope="module")
def database_url(postgres) -> str:
    return migrated(postgres, "program_svc", "hidden")


async def told(api: ProgramMember) -> tuple[dict[str, str], dict[str, str]]:
    """A program whose second project has a secret in every word of its own."""
    own, hidden = await program(api, SECRET)
    theirs = UUID(hidden["project_id"])
    api.projects.risk(theirs, "0.5", "10", title=f"{SECRET} risk", owner=SECRET)
    api.projects.issue(theirs, title=f"{SECRET} issue", owner=SECRET)
    api.projects.task(theirs, f"{SECRET} milestone", 0, kind="milestone")
    api.projects.baseline(theirs, [("2026-03-06", "900.00")], "900.00")
    await api.hear()
    for place, end in ((own, "receiver"), (hidden, "provider")):
        path = f"/dependencies/{place['dependency_id']}"
        await api.patch(path, {f"{end}_owner": SECRET, "acceptance_criterion": SECRET})
        await api.post(f"{path}/reject", {"note": SECRET}, status=200)
    return own, hidden


@pytest.mark.slow
@pytest.mark.long
async def test_no_read_says_a_word_of_what_is_hidden(database_url):
    async with (
        RolledBack.at(database_url) as database,
        client_of(database, "program-svc", ROUTERS, CONFLICTS, redacted) as client,
    ):
        api = ProgramMember(client, database=database)
        own, hidden = await told(api)
        roles = {
            "in_programs": {UUID(own["program_id"]): ProgramRole.VIEWER},
            "in_projects": {UUID(own["project_id"]): ProjectRole.VIEWER},
        }
        reader = replace(api, subject="bob", roles=frozenset(), **roles)
        seen = {own["project_id"], *(str(each) for each in roles["in_programs"])}
        ids = {str(id_) for id_, each in api.projects.records.items() if str(each.get("project_id", id_)) not in seen}
        answered, told_to_all, wrong, named = set(), set(), [], {}
        for route in routes()["program-svc"]:
            if route.method != "GET" and route.path not in QUESTIONS:
                continue
            for known in (own, hidden):
                status, text = await read(client, route, known, reader)
                answered |= {route.path} if status == 200 else set()
                wrong += [(route.path, status, text)] if SECRET in text or status not in LOOKED_AT else []
                if status == 200 and text.startswith("{") and (places := set(places_of(json.loads(text), ids))):
                    named.setdefault(route.path, set()).update(places)
                told_to_all |= {route.path} if SECRET in (await read(client, route, known, api))[1] else set()
    assert not wrong, "\n".join(map(str, wrong))
    assert named == NAMED, "no other answer names anything of what is hidden"
    assert len(ids) > 10
    assert len(answered) > 60, "most of what is read is looked at"
    assert len(told_to_all) > 10, "there is something to hide"


def places_of(node: Any, ids: set[str], at: str = "") -> Iterator[str]:
    """Where in a document one of these ids is, by the names of members."""
    if isinstance(node, list):
        for each in node:
            yield from places_of(each, ids, at)
    elif isinstance(node, dict):
        for name, each in node.items():
            yield from places_of(each, ids, f"{at}/{name}".lstrip("/"))
            yield from places_of(name, ids, at)
    elif isinstance(node, str) and node in ids:
        yield at


async def read(client, route: Route, known: dict[str, str], who: ProgramMember) -> tuple[int, str]:
    status, body = await ask(client._transport.app, route, known, who.headers)
    return status, body.decode()
