"""The sample program is fit to tell the story: a slip in one project eats a dependency's margin and threatens a goal."""

from collections.abc import Callable
from datetime import date

import pytest
from program_plan import schedule_of

from contracts.values import Duration
from contracts.vocabulary import DependencyPolicy
from local_stack.program_document import read_document
from local_stack.program_file import ProgramFile
from local_stack.stack import SAMPLE
from planning import MON_TO_FRI, to_date

Finish = Callable[[str, str], date]


@pytest.fixture(scope="module")
def program() -> ProgramFile:
    return read_document(SAMPLE).program


def with_duration(program: ProgramFile, project: str, task: str, duration: str) -> ProgramFile:
    content = program.model_dump(mode="json", by_alias=True, exclude_unset=True)
    found = next(one for one in content["projects"] if one["ref"] == project)
    next(one for one in found["tasks"] if one["ref"] == task)["duration"] = duration
    return ProgramFile.model_validate(content)


def finishes(program: ProgramFile) -> Finish:
    placed = schedule_of(program)[0]
    return lambda project, task: to_date(placed[project, task].early_finish, finish=True)


def margin(program: ProgramFile, ref: str, finish: Finish) -> Duration:
    """Working time between the provider's finish and the day by which it is needed."""
    dependency = next(one for one in program.dependencies if one.ref == ref)
    assert dependency.needed_by is not None
    forecast = MON_TO_FRI.day_finish(finish(dependency.provider.project, dependency.provider.task))
    return Duration(MON_TO_FRI.between(forecast, MON_TO_FRI.day_finish(dependency.needed_by)))


def test_it_is_large_enough_to_look_at(program: ProgramFile) -> None:
    states = [dependency.state for dependency in program.dependencies]

    assert len(program.projects) == 5
    assert sum(len(project.tasks) for project in program.projects) == 46
    assert (states.count("committed"), states.count("proposed")) == (9, 1)
    assert [one.ref for one in program.dependencies if one.policy is DependencyPolicy.SOFT] == ["workshop-for-trial"]
    assert all(project.budget.lines for project in program.projects)
    assert any(result.check_ins for goal in program.goals for result in goal.key_results)


def test_as_planned_it_keeps_its_promises(program: ProgramFile) -> None:
    finish = finishes(program)

    assert finish("service", "opening") == date(2027, 3, 30)
    assert margin(program, "depot-for-first-car", finish) == Duration.days(8)
    assert margin(program, "fleet-for-trial", finish) == Duration.days(13)


def test_a_slip_of_the_substation_eats_margins_and_threatens_the_festival(program: ProgramFile) -> None:
    finish = finishes(with_duration(program, "track", "substation", "P110D"))
    festival = next(goal for goal in program.goals if goal.ref == "festival")

    assert margin(program, "depot-for-first-car", finish) == Duration.days(-4)
    assert margin(program, "fleet-for-trial", finish) == Duration.days(1)
    assert festival.due is not None
    assert finish("service", "opening") > festival.due


def test_one_project_and_one_goal_have_nothing_to_do_with_each_other(program: ProgramFile) -> None:
    serving = {alignment.project for goal in program.goals for alignment in goal.alignments}
    served = {goal.ref for goal in program.goals if goal.alignments}

    assert {project.ref for project in program.projects} - serving == {"tickets"}
    assert {"easy-tickets", "moving-city"} == {goal.ref for goal in program.goals} - served
