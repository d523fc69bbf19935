"""API6: steps that count, taken twice, by the wrong side, or by somebody who guesses."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from stack_kit import made

pytestmark = [pytest.mark.slow, pytest.mark.long]


def test_an_invitation_is_good_for_one_member_and_one_token_however_many_come_at_once(admin, anybody, knocking):
    email = f"{uuid4().hex}@example.org"
    body = {"token": made(admin, "/invitations", {"email": email})["token"], "name": "New"}
    with ThreadPoolExecutor(4) as crowd:
        answers = list(crowd.map(lambda _: anybody.post("/invitations/accept", json=body), range(4)))
    assert {answer.status_code for answer in answers} == {201}, "an answer that was lost is given again"
    assert len(admin.get("/members", params={"email": email}).json()["items"]) == 1
    opened = [knocking(answer.json()["api_token"]["token"]).get("/projects").status_code for answer in answers]
    assert sorted(opened) == [200, 401, 401, 401]
    assert anybody.post("/invitations/accept", json=body).status_code == 404, "its token was used"


def test_an_invitation_is_not_guessed(anybody):
    answers = {
        anybody.post("/invitations/accept", json={"token": f"ili_{uuid4().hex}{'A' * 11}", "name": "Eve"}).status_code
        for _ in range(5)
    }
    assert answers <= {404, 429}


def test_a_payment_that_is_sent_twice_is_booked_once(admin, project):
    at = f"/projects/{project['id']}/budget/actuals"
    body = {"on": "2026-04-30", "amount": {"amount": "100.00", "currency": "EUR"}, "source": "invoice 1"}
    key = {"Idempotency-Key": uuid4().hex}
    with ThreadPoolExecutor(4) as crowd:
        answers = list(crowd.map(lambda _: admin.post(at, json=body, headers=key), range(4)))
    booked = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert len(booked) == 1
    assert len(admin.get(at).json()["items"]) == 1
    assert admin.post(at, json=body | {"source": "invoice 2"}, headers=key).status_code == 422


def test_what_was_paid_is_not_unsaid(admin, project):
    at = f"/projects/{project['id']}/budget/actuals"
    body = {"on": "2026-04-30", "amount": {"amount": "7.00", "currency": "EUR"}, "source": "invoice 3"}
    actual = made(admin, at, body)
    assert admin.patch(f"{at}/{actual['id']}", json={"source": "none"}).status_code == 405
    assert admin.delete(f"{at}/{actual['id']}").status_code == 405


def test_one_side_does_not_commit_for_the_other(admin, member):
    program = admin.get("/programs").json()["items"][0]["id"]
    proposed = next(
        each for each in admin.get(f"/programs/{program}/dependencies").json()["items"] if each["state"] == "proposed"
    )
    manager = member(role="project_manager", project_id=proposed["provider"]["project_id"])
    path = f"/dependencies/{proposed['id']}/commit"
    assert manager.post(path, json={"end": "receiver"}).status_code == 403
    assert admin.get(f"/dependencies/{proposed['id']}").json()["state"] == "proposed"
