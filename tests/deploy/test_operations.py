"""What the documents say of operating: each thing an operator looks for names something that is there and shows it."""

import re
import shutil
from pathlib import Path

import pytest
import yaml
from deploy_kit import manifests_of, needs_kubectl

from deploy.checks.render import KUBERNETES, name_of, objects, of_kind, render

ROOT = Path(__file__).parents[2]
OPERATIONS = (ROOT / "docs/operations.md").read_text()
SHOWN = [line for line in OPERATIONS.partition("| | shown by |")[2].partition("\n\n")[0].splitlines()[2:] if line]


def test_there_are_twenty_five_things():
    assert len(SHOWN) == 25


@pytest.mark.parametrize("line", SHOWN, ids=lambda line: line.split("|")[1].strip())
def test_a_thing_is_shown_by_something_that_is_there(line):
    names = re.findall(r"`((?:tests|deploy)/[\w/.]+)(?:::(\w+))?`", line)
    assert names
    for path, function in names:
        assert re.search(rf"^(async )?def {function}\(", (ROOT / path).read_text(), re.MULTILINE) or not function, line


def test_the_readme_says_how_to_do_what_an_operator_does():
    readme = (ROOT / "deploy/README.md").read_text()
    for what in ("Roll out", "Roll back", "Drain a node", "Change a secret", "Restore"):
        assert f"**{what}.**" in readme
    for command in re.findall(r"^make ([a-z-]+)", readme, re.MULTILINE):
        assert f"\n{command}:" in (ROOT / "Makefile").read_text()
    for path in re.findall(r"`((?:images|kubernetes|checks)/[\w./]*)`", readme):
        assert (ROOT / "deploy" / path).exists(), path


KINDS = {
    "deploy": "Deployment",
    "statefulset": "StatefulSet",
    "cronjob": "CronJob",
    "cluster": "Cluster",
    "service": "Service",
}
PAGES = ("deploy/README.md", "docs/runbook.md", "docs/operations.md")


@needs_kubectl
def test_what_commands_name_is_there():
    """Deployments, CronJobs, … and folders in the commands of the pages for operators, and the commands of the processes."""
    there = {name_of(each) for place in ("production", "local") for each in manifests_of(f"overlays/{place}")}
    text = "\n".join((ROOT / page).read_text() for page in PAGES)
    named = re.findall(r"(?:^|[ =])(deploy|statefulset|cronjob|cluster|service)/([a-z][a-z-]+)(?![\w/.])", text)
    named += re.findall(r"delete (cluster) ([a-z]+)", text)
    assert len(named) > 10
    assert {f"{KINDS[kind]}/{name}" for kind, name in named} <= there
    folders = re.findall(r"apply -[kf] (deploy/[\w/.-]+)", text)
    assert len(folders) >= 4
    assert [folder for folder in folders if not (ROOT / folder).exists()] == []


@needs_kubectl
def test_an_overlay_of_ones_own_renders_as_the_readme_says(tmp_path):
    example = (ROOT / "deploy/README.md").read_text().partition("```yaml\n")[2].partition("```")[0]
    copied = tmp_path / "kubernetes"
    shutil.copytree(KUBERNETES, copied)
    ours = copied / "overlays/ours"
    ours.mkdir()
    (ours / "kustomization.yaml").write_text(example)
    found = objects(render(ours))
    assert of_kind(found, "HTTPRoute")[0]["spec"]["hostnames"] == ["pm.example.com"]
    rules = [rule for group in of_kind(found, "PrometheusRule")[0]["spec"]["groups"] for rule in group["rules"]]
    where = yaml.safe_load(example)["patches"][1]["patch"].partition('runbook: "')[2].partition('"')[0]
    assert where.endswith("docs/runbook.md")
    assert {rule["annotations"]["runbook_url"] for rule in rules} == {
        f"{where}#{rule['alert'].lower()}" for rule in rules
    }
    assert "1" * 64 in str(of_kind(found, "Deployment"))


@needs_kubectl
def test_a_restore_begins_from_the_archive_and_writes_to_another():
    found = manifests_of("tests/restored")
    spec = of_kind(found, "Cluster")[0]["spec"]
    assert spec["bootstrap"].keys() == {"recovery"}
    source = next(each for each in spec["externalClusters"] if each["name"] == spec["bootstrap"]["recovery"]["source"])
    came_from, goes_to = source["plugin"]["parameters"], spec["plugins"][0]["parameters"]
    assert came_from["barmanObjectName"] == goes_to["barmanObjectName"]
    assert came_from["serverName"] != goes_to["serverName"]
    workers = [each for each in of_kind(found, "Deployment") if each["metadata"]["name"].endswith("svc-worker")]
    assert [each["spec"]["replicas"] for each in workers] == [0, 0]
