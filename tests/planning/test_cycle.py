import pytest

from planning.cycle import find_cycle
from planning.errors import UnknownTask


@pytest.fixture
def find(bench):
    def find(names, links, extra=()):
        tasks = [bench.task(name, 1) for name in names]
        return find_cycle(tasks, [bench.link(*ends) for ends in links], [bench.link(*ends) for ends in extra])

    return find


def test_a_network_without_one_has_none(find):
    assert find("ABC", ["AB", "BC", "AC"]) is None
    assert find("", []) is None


def test_the_path_begins_after_the_new_link_and_ends_with_it(find):
    assert find("ABCD", ["AB", "BC", "CD"], ["DB"]) == ["B", "C", "D", "B"]


def test_the_shortest_way_round_is_told(find):
    assert find("ABCDE", ["AB", "BC", "CD", "DE", "BE"], ["EA"]) == ["A", "B", "E", "A"]


def test_a_task_linked_to_itself_is_the_smallest(find):
    assert find("AB", ["AB"], ["BB"]) == ["B", "B"]


def test_tasks_before_and_after_it_are_not_in_it(find):
    assert find("XABY", ["XA", "AB", "BY"], ["BA"]) == ["A", "B", "A"]


def test_of_several_the_one_closed_last_can_be_any_but_is_a_cycle(find):
    path = find("ABCD", ["AB", "BA", "CD", "DC"])
    assert path in (["A", "B", "A"], ["C", "D", "C"])


def test_links_that_name_no_task_are_refused(find):
    with pytest.raises(UnknownTask) as refused:
        find("A", [], ["AX"])
    assert (refused.value.task_id, refused.value.named_by) == ("X", "A-FS-X")
