"""Soft dependencies pass on what was accepted: which of them do is found in rounds, and the search comes to an end."""

from types import SimpleNamespace
from uuid import UUID

from contracts.vocabulary import DependencyPolicy, TaskSide
from program_svc.network.compute import settled


def soft(number, accepted):
    return SimpleNamespace(
        id=UUID(int=number),
        policy=DependencyPolicy.SOFT,
        accepted=accepted,
        provider_task_id=number,
        provider_side=TaskSide.FINISH,
    )


def forecasts(**finishes):
    return SimpleNamespace(items={int(name[1:]): SimpleNamespace(early_finish=at) for name, at in finishes.items()})


def test_what_is_late_only_behind_an_uncapped_one_is_not_capped():
    first, second = soft(1, 10), soft(2, 10)
    asked = []

    def scheduled(capped):
        asked.append(capped)
        return forecasts(_1=15, _2=9 if first.id in capped else 14)

    schedule = settled([first, second], scheduled)
    assert asked == [frozenset(), {first.id, second.id}, {first.id}]
    assert schedule.items[2].early_finish == 9


def test_one_that_is_late_because_it_is_not_capped_stays_capped():
    """A level of effort that provides once flipped for ever between the two answers, and held the projector with it."""
    only = soft(1, 10)
    schedule = settled([only], lambda capped: forecasts(_1=5 if only.id in capped else 15))
    assert schedule.items[1].early_finish == 5
