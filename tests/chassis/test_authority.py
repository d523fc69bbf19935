"""Who may do what, where: the table put together with what a caller has."""

from uuid import uuid4

import pytest

from chassis.authority import check, check_ends, sees_program, sees_project
from chassis.identity import Identity
from chassis.problem import Forbidden, NotFound
from contracts.permissions import of_record, required
from contracts.vocabulary import OrganizationRole, ProgramRole, ProjectRole

ORGANIZATION, PROJECT, OTHER, PROGRAM = uuid4(), uuid4(), uuid4(), uuid4()
READ, WRITE, DECIDE = of_record("task", "read"), of_record("task", "update"), of_record("baseline", "approve")
PLACE = {"project_id": str(PROJECT)}


def caller(*roles: OrganizationRole, **more) -> Identity:
    return Identity("members/1", ORGANIZATION, frozenset(roles), **more)


ADMIN, AUDITOR = caller(OrganizationRole.ADMIN), caller(OrganizationRole.AUDITOR)
VIEWER, MEMBER, MANAGER = (caller(projects={PROJECT: role}) for role in reversed(ProjectRole))
STRANGER = caller(projects={OTHER: ProjectRole.PROJECT_MANAGER}, programs={PROGRAM: ProgramRole.PROGRAM_MANAGER})


@pytest.mark.parametrize(
    ("permission", "may", "may_not"),
    [
        (READ, [ADMIN, AUDITOR, VIEWER, MEMBER, MANAGER], []),
        (WRITE, [ADMIN, MEMBER, MANAGER], [AUDITOR, VIEWER]),
        (DECIDE, [ADMIN, MANAGER], [AUDITOR, VIEWER, MEMBER]),
    ],
)
def test_a_role_counts_on_its_own_project(permission, may, may_not):
    for one in may:
        check(one, permission, PLACE)
    for one in may_not:
        with pytest.raises(Forbidden, match="takes one of these roles"):
            check(one, permission, PLACE)
    with pytest.raises(NotFound):
        check(STRANGER, permission, PLACE)


@pytest.mark.parametrize(
    "written",
    [str(PROJECT).upper(), PROJECT.hex, f"urn:uuid:{PROJECT}", f"{{{PROJECT}}}"],
    ids=["upper case", "bare", "urn", "in braces"],
)
def test_a_project_is_the_same_however_its_id_is_written(written):
    check(VIEWER, READ, {"project_id": written})
    with pytest.raises(Forbidden):
        check(VIEWER, WRITE, {"project_id": written})


def test_a_token_for_some_places_changes_nothing_of_what_is_every_members():
    bound = caller(projects={PROJECT: ProjectRole.PROJECT_MANAGER}, is_restricted=True)
    check(bound, WRITE, PLACE)
    check(bound, of_record("goal", "read"), {})
    for record, action in (("api_token", "create"), ("api_token", "delete"), ("role", "delete"), ("job", "cancel")):
        with pytest.raises(Forbidden, match="some programs and projects"):
            check(bound, of_record(record, action), {})
    with pytest.raises(Forbidden):
        check(bound, of_record("project", "create"), {})


def test_what_is_no_id_is_nobodys_but_theirs_who_see_all():
    check(ADMIN, READ, {"project_id": "none"})
    with pytest.raises(NotFound):
        check(MANAGER, READ, {"project_id": "none"})


def test_a_read_only_token_reads_what_its_member_may_read():
    reader = caller(OrganizationRole.ADMIN, is_read_only=True)
    check(reader, READ, PLACE)
    check(reader, required("POST", "/programs/{program_id}/what-if"), {"program_id": PROGRAM})
    with pytest.raises(Forbidden, match="only read"):
        check(reader, WRITE, PLACE)
    with pytest.raises(NotFound):
        check(caller(is_read_only=True), WRITE, PLACE)


def test_what_is_the_organisations_takes_a_role_there():
    create = of_record("project", "create")
    check(caller(OrganizationRole.PORTFOLIO_MANAGER), create, {})
    with pytest.raises(Forbidden):
        check(MANAGER, create, {})


def test_a_program_hides_what_is_in_it():
    component = required("DELETE", "/programs/{program_id}/components/{project_id}")
    place = {"program_id": PROGRAM, "project_id": PROJECT}
    check(STRANGER, component, place)
    with pytest.raises(NotFound):
        check(MANAGER, component, place)


ENDS = {"program_id": PROGRAM, "provider_id": PROJECT, "receiver_id": OTHER}


@pytest.mark.parametrize(
    ("one", "action", "refusal"),
    [
        (MANAGER, "commit_provider", None),
        (MANAGER, "commit_receiver", Forbidden),
        (MEMBER, "commit_provider", Forbidden),
        (STRANGER, "commit_receiver", None),
        (STRANGER, "commit_provider", Forbidden),
        (STRANGER, "cancel", None),
        (VIEWER, "cancel", Forbidden),
        (ADMIN, "commit_provider", None),
        (AUDITOR, "commit_provider", Forbidden),
        (caller(), "commit_provider", NotFound),
        (caller(projects={uuid4(): ProjectRole.PROJECT_MANAGER}), "commit_provider", NotFound),
    ],
)
def test_each_end_of_a_dependency_speaks_for_itself(one, action, refusal):
    permission = of_record("dependency", action)
    if refusal is None:
        check_ends(one, permission, **ENDS)
        return
    with pytest.raises(refusal):
        check_ends(one, permission, **ENDS)


def test_who_sees_what():
    assert sees_project(AUDITOR, PROJECT)
    assert sees_project(VIEWER, PROJECT)
    assert not sees_project(STRANGER, PROJECT)
    assert sees_program(STRANGER, PROGRAM)
    assert not sees_program(MANAGER, PROGRAM)
