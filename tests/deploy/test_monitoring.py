"""What is watched exists, every alert has its page, and the checks that say so can say no."""

import json
import re
from pathlib import Path

import pytest
import yaml

from deploy.checks import metrics

DOCS = Path(__file__).parents[2] / "docs"
RUNBOOK, OPERATIONS = DOCS / "runbook.md", DOCS / "operations.md"
RULES = yaml.safe_load((metrics.MONITORING / "rules.yaml").read_text())["spec"]["groups"]
ALERTS = [rule for group in RULES for rule in group["rules"]]


def test_every_metric_in_a_rule_or_dashboard_exists():
    assert metrics.wrong() == []


def test_the_operators_page_names_every_metric_and_no_other():
    """Samples of a histogram or a counter go by the name of their metric."""
    ours = {name for name in metrics.exported() if name.startswith("interlock_")}
    whole = {name for name in ours if not name.endswith(("_bucket", "_sum", "_count", "_created"))}
    counted = {name for name in whole if f"{name}_total" not in ours}
    settings = {"interlock_database_url"}
    assert set(re.findall(r"\binterlock_[a-z_]+[a-z]\b", OPERATIONS.read_text())) - settings == counted


@pytest.mark.parametrize(
    "expression",
    [
        "rate(interlock_requests_total[5m])",
        "sum by (tream) (interlock_outbox_depth)",
        'interlock_outbox_depth{strem="x"}',
        "vector(1)",
        "rate(interlock_outbox_depth[5m]) / interlock_nonsense > 1",
        "interlock_outbox_depth > 1 or kube_nonsense",
        "sum by (stream) (rate(interlock_outbox_depth[5m])) / on (stream) nonsense",
    ],
)
def test_an_expression_that_can_never_have_a_value_is_noticed(expression, monkeypatch):
    monkeypatch.setattr(metrics, "asked", lambda: [("here", expression)])
    assert len(metrics.wrong()) == 1


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_leads_to_its_page_and_has_a_test(alert):
    anchor = alert["annotations"]["runbook_url"].partition("#")[2]
    assert anchor == alert["alert"].lower()
    assert f"## {alert['alert']}\n" in RUNBOOK.read_text()
    assert f"alertname: {alert['alert']}\n" in (metrics.MONITORING / "tests/rules.test.yaml").read_text()


@pytest.mark.parametrize("path", sorted((metrics.MONITORING / "dashboards").glob("*.json")), ids=lambda path: path.stem)
def test_a_dashboard_can_be_imported(path):
    board = json.loads(path.read_text())
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids) > 0
    assert all(panel["title"] and panel["targets"] for panel in board["panels"])
