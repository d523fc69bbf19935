"""The table of permissions."""

import pytest

from contracts.permissions import RECORDS, of_record, required
from contracts.permissions.table import OF_METHOD
from contracts.permissions.who import SEES_ALL
from contracts.vocabulary import OrganizationRole


@pytest.mark.parametrize(
    ("route", "row"),
    [
        ("GET /projects", ("project", "list")),
        ("POST /projects", ("project", "create")),
        ("GET /projects/{project_id}", ("project", "read")),
        ("HEAD /projects/{project_id}", ("project", "read")),
        ("GET /projects/{project_id}/tasks/{task_id}/explain", ("task", "read")),
        ("DELETE /projects/{project_id}/budget/lines/{line_id}", ("budget_line", "delete")),
        ("POST /projects/{project_id}/baselines/{baseline_id}/approve", ("baseline", "approve")),
        ("GET /programs/{program_id}/overview", ("program", "read")),
        ("POST /dependencies/{dependency_id}/commit", ("dependency", "commit")),
        ("GET /alignment/orphans", ("alignment", "read")),
    ],
)
def test_a_route_has_the_row_of_the_record_that_it_is_about(route, row):
    permission = required(*route.split())
    assert (permission.record, permission.action) == row


@pytest.mark.parametrize(
    "route", ["GET /secrets", "GET /projectsx", "POST /projects/{project_id}/tasks/{task_id}/burn", "TRACE /projects"]
)
def test_a_route_that_nobody_thought_of_is_nobodys(route):
    with pytest.raises(LookupError, match="permission"):
        required(*route.split())


def test_an_action_that_nobody_thought_of_is_nobodys():
    with pytest.raises(LookupError):
        of_record("task", "burn")


def test_an_auditor_reads_all_and_changes_nothing_but_what_is_its_own():
    changing = {
        (record.name, action)
        for record in RECORDS
        for action, who in record.actions.items()
        if action not in record.reading and (OrganizationRole.AUDITOR in who.organization or who.any_member)
    }
    assert changing == {
        ("api_token", "create"),
        ("api_token", "delete"),
        ("role", "create"),
        ("role", "update"),
        ("role", "delete"),
        ("job", "cancel"),
        ("import", "create"),  # which asks in turn for a role in the project, or for one that makes projects
    }
    for record in RECORDS:
        for action in record.reading & record.actions.keys():
            who = record.actions[action]
            assert who.anybody or who.any_member or OrganizationRole.AUDITOR in who.organization, record


def test_who_sees_all_reads_whatever_a_role_in_a_project_or_program_reads():
    for record in RECORDS:
        for action in record.reading & record.actions.keys():
            who = record.actions[action]
            assert not (who.program or who.project) or who.organization >= SEES_ALL, record


def test_a_step_names_an_action_of_its_record():
    for record in RECORDS:
        assert set(record.steps.values()) <= record.actions.keys()
        assert {step.split()[0] for step in record.steps} <= OF_METHOD.keys()
