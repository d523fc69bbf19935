"""What is taken out of answers that cross projects."""

from uuid import uuid4

import pytest

from chassis.redaction import Hidden, redact

MINE, THEIRS = str(uuid4()), str(uuid4())


def sees(project_id) -> bool:
    return str(project_id) == MINE


def test_rows_of_hidden_projects_are_left_out_and_counted():
    items = [{"project_id": MINE, "n": 1}, {"project_id": THEIRS, "n": 2}, {"n": 3}]
    assert redact({"items": items, "next": None}, sees) == {
        "items": [items[0], items[2]],
        "next": None,
        "hidden_count": 1,
    }


def test_nothing_is_counted_where_nothing_is_hidden():
    document = {"items": [{"project_id": MINE}], "positions": {MINE: 3}, "why": [1, "a", None]}
    assert redact(document, sees) == document


def test_counts_add_up_and_lists_inside_have_their_own():
    inside = {"rows": [{"project_id": THEIRS}]}
    document = {"a": [{"project_id": THEIRS}], "b": [{"project_id": THEIRS}, inside], "hidden_count": 2}
    assert redact(document, sees) == {"a": [], "b": [{"rows": [], "hidden_count": 1}], "hidden_count": 4}


def test_positions_are_of_what_is_seen():
    assert redact({"positions": {MINE: 3, THEIRS: 5}}, sees) == {"positions": {MINE: 3}}


def test_a_path_keeps_all_its_steps():
    path = [{"project_id": MINE, "early_finish": "2026-03-02"}, {"project_id": THEIRS, "early_finish": "2026-03-01"}]
    assert redact({"path": path}, sees) == {"path": path}


@pytest.mark.parametrize("document", [{"project_id": THEIRS}, {"project_id": THEIRS, "path": []}])
def test_what_is_about_a_hidden_project_is_not_there(document):
    with pytest.raises(Hidden):
        redact(document, sees)


def test_of_a_dependency_a_stub_stays():
    dependency = {
        "state": "committed",
        "provider": {"project_id": THEIRS, "task_id": "t"},
        "receiver": {"project_id": MINE, "task_id": "u"},
        "provider_forecast": "2026-03-04",
        "provider_owner": "Grace",
        "receiver_owner": "Ada",
        "acceptance_criterion": "Signed by the authority",
        "committed_by": {"provider": {"by": "grace", "at": "now"}, "receiver": {"by": "ada", "at": "now"}},
        "slip_answer": {"decision": "accepted", "by": "grace"},
        "history": [{"step": "commit", "by": "grace", "at": "now", "note": "Mind the budget"}],
    }
    stub = redact(dependency, sees)
    assert stub["redacted"] == ["provider"]
    assert (stub["state"], stub["provider_forecast"], stub["receiver_owner"]) == ("committed", "2026-03-04", "Ada")
    assert stub["committed_by"] == {"provider": {"by": "", "at": "now"}, "receiver": {"by": "ada", "at": "now"}}
    assert stub["history"] == [{"step": "commit", "by": "", "at": "now", "note": ""}]
    told = str(stub)
    assert not [word for word in ("Grace", "grace", "authority", "Mind") if word in told]
    assert dependency["provider_owner"] == "Grace"  # what was given stays as it was


@pytest.mark.parametrize("positions", [{"positions": {MINE: 1, THEIRS: 2}}, {}])
def test_a_programs_exception_keeps_its_words_for_who_sees_all_that_they_were_made_from(positions):
    told = {"cause": "B ← A", "consequences": "A → B", "options": "A (P9D left)", "forecast": "900.00 EUR"}
    exception = {"program_id": "p", "dimension": "cost", "title": "T", **told, "figures": {"ac": "900.00", **positions}}
    seen = redact({"record": exception}, sees)["record"]
    assert {name: seen[name] for name in told} == dict.fromkeys(told, "")
    assert (seen["title"], seen["hidden_count"]) == ("T", 1)
    assert "ac" not in seen["figures"]
    of_mine = exception | {"figures": {"ac": "9.00", "positions": {MINE: 1}}}
    assert redact(of_mine, sees) == of_mine
    late = redact(exception | {"dimension": "schedule", "forecast": "P3D"}, sees)
    assert (late["cause"], late["forecast"]) == ("", "P3D")
