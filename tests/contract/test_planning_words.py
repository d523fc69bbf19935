"""Planning imports nothing of ours, so it has the words of a plan a second time: they must stay the same."""

import pytest

from contracts import vocabulary
from planning import plan


@pytest.mark.parametrize("name", ["TaskKind", "LinkType", "ConstraintType", "SchedulingMode"])
def test_planning_and_the_wire_use_the_same_words(name):
    ours = {word.name: word.value for word in getattr(plan, name)}
    assert ours == {word.name: word.value for word in getattr(vocabulary, name)}
