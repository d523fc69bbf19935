from uuid import UUID, uuid4

import numpy as np
import pytest

from planning.engine import NEVER
from planning.engine.checks import check_ids
from planning.errors import DuplicateTask
from project_svc.schedule.ids import NO_ID, Ids


def test_ids_are_what_was_packed():
    made = [uuid4() for _ in range(5)]
    ids = Ids.of(made)
    assert (list(ids), len(ids), ids[-1], list(ids[1:3])) == (made, 5, made[-1], made[1:3])
    assert list(Ids(None)) == []


def test_a_row_is_found_only_where_an_id_begins():
    first, second = UUID(bytes=bytes(8) + bytes([7] * 8)), UUID(bytes=bytes([7] * 8) + bytes(8))
    across = UUID(bytes=bytes([7] * 16))
    assert Ids.of([first, second]).row_of(across) == NEVER
    assert Ids.of([first, second, across]).row_of(across) == 2
    assert Ids().row_of(across) == NEVER


def test_rows_among_ascending_ids_are_told_apart_to_the_last_byte():
    there = sorted([UUID(int=256), UUID(int=1 << 120), UUID(int=(1 << 120) + 256), *(uuid4() for _ in range(50))])
    wanted = [*reversed(there), UUID(int=0), UUID(int=257), UUID(int=(1 << 128) - 1)]
    rows = Ids.of(wanted).rows_in(Ids.of(there))
    assert rows.tolist() == [*range(len(there) - 1, -1, -1), NEVER, NEVER, NEVER]
    assert Ids.of(wanted).rows_in(Ids()).tolist() == [NEVER] * len(wanted)


def test_what_is_taken_for_no_row_is_no_id():
    made = [uuid4() for _ in range(3)]
    taken = Ids.of(made).taken(np.array([2, NEVER, 0], np.int32))
    assert taken.known() == [made[2], None, made[0]]
    assert taken.packed[16:32] == NO_ID


def test_ids_differ_by_either_half():
    one = UUID(int=5 << 64 | 9)
    beside = [one, UUID(int=6 << 64 | 9), UUID(int=5 << 64 | 8)]
    assert Ids.of([one] * 3).differing(Ids.of(beside)).tolist() == [False, True, True]


def test_an_id_that_is_there_twice_is_named():
    ids = [uuid4() for _ in range(5)]
    check_ids(Ids.of(ids), DuplicateTask)
    with pytest.raises(DuplicateTask) as refused:
        check_ids(Ids.of([*ids, ids[3]]), DuplicateTask)
    assert refused.value.task_id == ids[3]
