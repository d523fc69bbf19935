"""The longer changes come one behind the other, the longer the relay collects them; a lone one is not kept waiting."""

from chassis.rest import FEW, LONGEST, MANY, REST, Rest


def test_a_few_rows_are_followed_soon():
    rest = Rest()
    assert [rest.behind(rows) for rows in (1, 2, FEW)] == [REST] * 3


def test_what_goes_on_is_collected_for_longer_and_longer():
    rest = Rest()
    assert [rest.behind(rows) for rows in (6, 12, 24, 30, 1, 6)] == [0.04, 0.08, LONGEST, LONGEST, REST, 0.04]


def test_behind_many_rows_there_is_no_rest():
    rest = Rest()
    assert (rest.behind(MANY), rest.behind(MANY - 1), rest.behind(4000)) == (0.0, 0.04, 0.0)
