"""The figures with known answers, `tests/golden/figures.json`, whole."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from planning.earned_value import EarnedValue, earned_value, roll_up
from planning.figure import Figure
from planning.goals import Contribution
from planning.goals import roll_up as roll_up_goal
from planning.risk import RiskKind, emv, total

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "figures.json").read_text())
CASES = {case["name"]: case for case in GOLDEN["earned_value"]}
FIGURE_OF = {"EAC_typical": "eac_typical", "EAC_atypical": "eac_atypical", "EAC_combined": "eac_combined"}


def figures(name: str) -> EarnedValue:
    case = CASES[name]
    return earned_value(*(Decimal(case[key]) for key in ("PV", "EV", "AC", "BAC")))


def shown_as(value: Figure | Decimal, shown: str) -> Decimal:
    """Rounded to as many places as the known answer has."""
    number = value.value if isinstance(value, Figure) else value
    assert number is not None
    return number.quantize(Decimal(shown))


@pytest.mark.parametrize("name", CASES)
def test_earned_value(name):
    answer = figures(name)
    inputs = {"name", "wrong", "BAC", "PV", "EV", "AC"}
    for key, expected in CASES[name].items():
        if key not in inputs:
            value = getattr(answer, FIGURE_OF.get(key, key.lower()))
            assert shown_as(value, expected) == Decimal(expected), key


def test_a_forecast_with_an_exact_answer_gets_it():
    assert figures("fence").eac.value == 4480


def test_program_roll_up():
    case = GOLDEN["program_roll_up"]
    whole = roll_up([figures(name) for name in case["of"]])
    for key in ("PV", "EV", "AC", "BAC", "CPI", "SPI"):
        assert shown_as(getattr(whole, key.lower()), case[key]) == Decimal(case[key]), key


def test_expected_monetary_value():
    case = GOLDEN["expected_monetary_value"]
    expected = [-emv(RiskKind.THREAT, Decimal(p), Decimal(impact)) for p, impact in case["risks"]]
    assert expected == [Decimal(amount) for amount in case["EMV"]]
    assert total(expected) == Decimal(case["total"])
    assert total(expected[:3] + expected[4:]) == Decimal(case["after_closing_the_fourth"])


def test_goal_roll_up():
    case = GOLDEN["goal_roll_up"]
    children = [
        Contribution(Figure(Decimal(str(child["progress"]))), Decimal(child["weight"])) for child in case["children"]
    ]
    assert roll_up_goal(children) == Figure(Decimal(str(case["progress"])))
