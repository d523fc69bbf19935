from datetime import date

import pytest
from fedora20_comparison import Dates, Difference, Reason, broken_start_rules, compare, dates_of
from fedora20_network import Network
from fedora20_program import convert, covering_working_days
from fedora20_report import REPORT, report
from program_plan import schedule_of

from local_stack.program_file import ProgramFile
from local_stack.program_references import broken_references
from planning import MON_TO_FRI


@pytest.fixture(scope="module")
def program(network: Network) -> ProgramFile:
    return ProgramFile.model_validate(convert(network))


@pytest.fixture(scope="module")
def ours(network: Network, program: ProgramFile) -> dict[str, Dates]:
    return dates_of(network, schedule_of(program)[0])


@pytest.fixture(scope="module")
def differences(network: Network, ours: dict[str, Dates]) -> dict[str, Difference]:
    return compare(network, ours)


def test_the_whole_network_becomes_a_program_file(network: Network, program: ProgramFile) -> None:
    tasks = [task for project in program.projects for task in project.tasks if task.kind != "summary"]
    links = [link for project in program.projects for link in project.links]

    assert len(network.tasks) == 414
    assert len(tasks) == len(network.leaves) == 380
    assert len(links) + len(program.dependencies) == len(network.rules)
    assert list(broken_references(program)) == []


def test_every_dependency_is_committed_and_hard(program: ProgramFile) -> None:
    assert {(dependency.state, dependency.policy) for dependency in program.dependencies} == {("committed", "hard")}


def test_every_start_rule_of_an_as_soon_as_possible_task_holds(network: Network, ours: dict[str, Dates]) -> None:
    assert len(network.start_rules) == 312
    assert broken_start_rules(network, ours) == []


def test_a_start_rule_that_does_not_hold_is_found(network: Network, ours: dict[str, Dates]) -> None:
    rule = network.start_rules[0]
    moved = Dates(ours[rule.after].start + 1, ours[rule.after].finish + 1)

    assert rule in broken_start_rules(network, {**ours, rule.after: moved})


def test_no_difference_from_taskjuggler_is_unexplained(differences: dict[str, Difference]) -> None:
    unexplained = [
        found.task.id for found in differences.values() if any(why is Reason.UNEXPLAINED for _, why in found.causes)
    ]

    assert unexplained == []


def test_the_causes_of_a_difference_add_up_to_it(differences: dict[str, Difference]) -> None:
    for found in differences.values():
        assert sum(found.causes.values()) == found.ours.finish - found.theirs.finish


def test_a_task_that_nothing_late_or_elapsed_reaches_has_taskjugglers_dates(differences: dict[str, Difference]) -> None:
    assert all(found.is_none for found in differences.values() if not found.causes)
    assert sum(found.is_none for found in differences.values()) > len(differences) / 2


def test_the_committed_report_is_up_to_date(network: Network) -> None:
    assert REPORT.read_text(encoding="utf-8") == report(network), "run: python tests/fedora20/fedora20_report.py"


@pytest.mark.parametrize("calendar_days", [0, 1, 2, 5, 6, 7, 8, 25])
@pytest.mark.parametrize("begin", range(4, 9), ids=lambda day: date(2013, 11, day).strftime("%A"))
def test_covering_working_days_cover_calendar_days_from_any_day(begin: int, calendar_days: int) -> None:
    morning = MON_TO_FRI.day_start(date(2013, 11, begin))
    days = covering_working_days(calendar_days)
    covered = MON_TO_FRI.start_at_or_after(MON_TO_FRI.add(morning, days * 480)) if days else morning

    assert covered - morning >= calendar_days * 24 * 60
