"""Every schedule that the search returns is judged by rules written here, not by the code under test."""

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.psplib import FOLDER, instances
from planning.kernel import plain
from planning.levelling import Edge, Problem, kernels, rule, search
from planning.levelling.genetic import POPULATION


@st.composite
def problems(draw, most=7, fixed=True):
    count = draw(st.integers(1, most))
    resources = draw(st.integers(0, 5))
    wide = draw(st.booleans())
    capacities = [draw(st.integers(1, 20_000 if wide else 6)) for _ in range(resources)]
    durations = [draw(st.integers(0, 5)) for _ in range(count)]
    demands = [[draw(st.integers(0, capacity)) for capacity in capacities] for _ in range(count)]
    held = [draw(st.integers(0, 6)) if fixed and draw(st.integers(0, 5)) == 0 else None for _ in range(count)]
    standing = [activity for activity in range(count) if held[activity] is not None]
    for activity in standing[1:]:
        held[activity] = held[standing[0]] + sum(durations[other] for other in standing[: standing.index(activity)])
    edges = [
        Edge(before, after, draw(st.sampled_from([durations[before], 0, -2, durations[before] + 3])))
        for before, after in product(range(count), repeat=2)
        if before < after and draw(st.integers(0, 3)) == 0 and held[before] is None and held[after] is None
    ]
    floors = [draw(st.integers(0, 4)) if at is None else at for at in held]
    return Problem(durations, edges, demands, capacities, floors, held)


def violations(problem, starts):
    wrong = [edge for edge in problem.edges if starts[edge.after] < starts[edge.before] + edge.gap]
    wrong += [at for at, start in zip(problem.fixed, starts, strict=True) if at is not None and at != start]
    wrong += [floor for floor, start in zip(problem.floors, starts, strict=True) if start < floor]
    jobs = list(zip(starts, problem.durations, problem.demands, strict=True))
    for step in range(max(start + length for start, length, _ in jobs)):
        for resource, capacity in enumerate(problem.capacities):
            used = sum(demand[resource] for start, length, demand in jobs if start <= step < start + length)
            if used > capacity:
                wrong.append((step, resource, used))
    return wrong


@given(problems(), st.integers(0, 9))
def test_every_schedule_keeps_edges_floors_fixed_dates_and_capacities(problem, seed):
    found = search(problem, seed=seed, evaluations=40)
    assert violations(problem, found.starts) == []
    assert violations(problem, rule(problem)) == []
    ends = [start + length for start, length in zip(found.starts, problem.durations, strict=True)]
    assert max(ends) == found.makespan >= found.bound


@settings(max_examples=25)
@given(problems(most=5, fixed=False))
def test_small_problems_are_solved_to_the_optimum(problem):
    best = min(
        _serial(problem, order)
        for order in permutations(range(len(problem.durations)))
        if all(order.index(edge.before) < order.index(edge.after) for edge in problem.edges)
    )
    assert search(problem, seed=1, evaluations=2000).makespan == best


@pytest.mark.parametrize("seed", range(5))
def test_work_that_its_latest_finish_puts_last_can_go_first(seed):
    """One and the one after it are put first, and so stand in the way of the longest, which fits before both."""
    demands = [[0], [1], [1], [0], [1]]
    problem = Problem([0, 1, 2, 0, 1], [Edge(1, 4, 1)], demands, [1], [2, 1, 0, 1, 0], [None] * 5)
    assert search(problem, seed=seed, evaluations=2000).makespan == 4


def _serial(problem, order):
    starts = {}
    for activity in order:
        start = problem.floors[activity]
        for edge in problem.edges:
            if edge.after == activity:
                start = max(start, starts[edge.before] + edge.gap)
        while not _fits(problem, starts, activity, start):
            start += 1
        starts[activity] = start
    return max(start + problem.durations[activity] for activity, start in starts.items())


def _fits(problem, starts, activity, start):
    for step in range(start, start + problem.durations[activity]):
        busy = [other for other, at in starts.items() if at <= step < at + problem.durations[other]]
        for resource, capacity in enumerate(problem.capacities):
            if sum(problem.demands[other][resource] for other in [*busy, activity]) > capacity:
                return False
    return True


@settings(max_examples=10)
@given(problems(), st.integers(0, 9))
def test_compiled_and_plain_kernels_make_the_same_schedules(problem, seed):
    compiled = search(problem, seed=seed, evaluations=30)
    names = [name for name, value in vars(kernels).items() if hasattr(value, "py_func")]
    with pytest.MonkeyPatch.context() as patched:
        for name in names:
            patched.setattr(kernels, name, plain(getattr(kernels, name)))
        assert search(problem, seed=seed, evaluations=30) == compiled
    assert names == [] or "evolve" in names


def busy_problem(count=40, seed=5):
    generator = np.random.default_rng(seed)
    durations = [int(length) for length in generator.integers(1, 9, count)]
    edges = [
        Edge(int(before), after, durations[before])
        for after in range(2, count)
        for before in generator.choice(after, 2, replace=False)
    ]
    demands = generator.integers(0, 6, (count, 3)).tolist()
    return Problem.of(durations, edges, demands, [7, 7, 7])


def test_the_same_seed_and_evaluations_give_the_same_schedule_whatever_the_clock_says():
    problem = busy_problem()
    found = search(problem, seed=3, evaluations=1500)
    assert search(problem, seed=3, evaluations=1500, seconds=600) == found
    hasty = search(problem, seed=3, evaluations=10**9, seconds=0.05)
    assert search(problem, seed=3, evaluations=hasty.evaluations) == hasty


def test_the_search_does_not_lengthen_what_the_priority_rule_gives():
    problem = busy_problem()
    by_rule = max(start + length for start, length in zip(rule(problem), problem.durations, strict=True))
    assert search(problem, seed=1, evaluations=1).makespan <= by_rule
    assert search(problem, seed=1, evaluations=3000).makespan < by_rule


def test_one_evaluation_is_made_even_without_time():
    found = search(busy_problem(), seed=1, evaluations=1000, seconds=0)
    assert found.evaluations == 1
    assert violations(busy_problem(), found.starts) == []


def test_nothing_to_do_is_done_at_once():
    assert search(Problem.of([], [], [], [3]), seed=1, evaluations=10).starts == []


def test_the_watcher_hears_of_progress_and_can_stop_it():
    heard = []

    class Cancelled(Exception):
        pass

    def watch(made, least):
        heard.append((made, least))
        if made > POPULATION:
            raise Cancelled

    with pytest.raises(Cancelled):
        search(busy_problem(), seed=1, evaluations=10**9, watch=watch)
    assert [made for made, _ in heard] == sorted(made for made, _ in heard)
    assert [least for _, least in heard] == sorted((least for _, least in heard), reverse=True)


@pytest.mark.slow
@pytest.mark.parametrize(("of", "step", "gap"), [("j30", 12, 0.01), ("j60", 12, 0.02), ("j120", 20, 0.04)])
def test_psplib_schedules_are_feasible_and_near_the_best_known(of, step, gap):
    sample = instances(of, step)
    if not sample:
        pytest.skip(f"no PSPLIB instances in {FOLDER} (set INTERLOCK_DATA)")
    gaps = []
    for instance in sample:
        found = search(instance.problem(), seed=1, evaluations=8000)
        assert instance.violations(found.starts) == [], instance.name
        assert instance.makespan(found.starts) == found.makespan
        gaps.append(found.makespan / instance.best_known - 1)
    assert sum(gaps) / len(gaps) <= gap
