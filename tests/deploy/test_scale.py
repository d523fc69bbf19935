"""The simulation of docs/scale.md: a queue as theory knows it, organisations that stay together, and the page's own figures."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.scale.__main__ import MEASURED, RESTART, lateness, rows
from bench.scale.load import Habits, Hour, busiest_hour
from bench.scale.projectors import Pace, committed, partition_of

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"
QUIET = Habits(organizations=50, imports=0)

times = st.lists(st.floats(0, 10), min_size=1, max_size=200).map(lambda each: np.sort(np.array(each)))
paces = st.builds(Pace, st.floats(0, 0.1), st.floats(1e-6, 0.01), st.integers(1, 20))


@given(times, paces)
@settings(max_examples=100)
def test_every_event_is_committed_after_it_came_in_order_and_no_batch_is_too_large(came, pace):
    done = committed(came, pace)
    assert (done > came).all()
    assert (np.diff(done) >= 0).all()
    assert np.unique(done, return_counts=True)[1].max() <= pace.most
    work = done[-1] - came[0]
    assert work <= len(came) * (pace.per_batch + pace.per_event) + (came[-1] - came[0]) + 1e-9


def test_a_lone_event_takes_a_batch_of_one():
    assert committed(np.array([1.0, 5.0]), Pace(0.5, 0.1)).tolist() == [1.6, 5.6]


def test_who_stood_still_catches_up_at_the_pace_that_is_left():
    """A minute's events, and those that come meanwhile: 60 s x busy / (1 - busy)."""
    pace = Pace(per_batch=0.0, per_event=0.001)
    came = np.arange(0.0, 600.0, 0.002)  # busy half of the time
    usual, rested = committed(came, pace), committed(came, pace, stands_until=RESTART)
    assert rested[rested > usual + 0.01].max() == pytest.approx(2 * RESTART, rel=0.01)


def test_beyond_its_pace_it_falls_behind_for_good():
    came = np.arange(0.0, 100.0, 0.001)
    late = committed(came, Pace(0.0, 0.002)) - came
    assert late[-1] == pytest.approx(100, rel=0.01)


@given(st.lists(st.integers(0, 2**63 - 1), min_size=1), st.sampled_from([1, 2, 4, 8]))
def test_twice_as_many_partitions_split_each_and_move_nobody_else(names, partitions):
    organizations = np.array(names, dtype=np.uint64)
    before, after = partition_of(organizations, partitions), partition_of(organizations, 2 * partitions)
    assert (after % np.uint64(partitions) == before).all()


def test_other_numbers_of_partitions_are_refused():
    with pytest.raises(ValueError, match="not a power of two: 3"):
        partition_of(np.zeros(1, dtype=np.uint64), 3)


def test_the_same_seed_gives_the_same_hour_with_the_changes_it_should_have():
    hour, again = busiest_hour(1_000, QUIET, seed=3), busiest_hour(1_000, QUIET, seed=3)
    assert (hour.came == again.came).all()
    assert (hour.organization == again.organization).all()
    assert len(hour.came) == pytest.approx(1_000 * 100 * 5 / 8 * 2, rel=0.01)
    assert (np.diff(hour.came) >= 0).all()


@pytest.mark.slow
@pytest.mark.long
def test_partitions_take_each_a_part_of_the_work():
    hour = busiest_hour(20_000, QUIET, seed=3)
    one, four = (lateness(hour, number, MEASURED) for number in (1, 4))
    assert four.busy < one.busy
    assert four.recovery < one.recovery
    alone = Hour(hour.came, np.zeros_like(hour.organization))
    assert lateness(alone, 4, MEASURED).busy == one.busy  # one organisation is never split


@pytest.mark.slow
@pytest.mark.long
def test_the_page_shows_what_the_simulation_says():
    told = {tuple(cell.strip() for cell in line.strip("|\n").split("|")) for line in PAGE.read_text().splitlines()}
    assert set(rows([10_000], [1, 2, 4, 8], Habits(), MEASURED, seed=1)) <= told
