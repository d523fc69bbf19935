import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_stack.json_lines import DuplicateMember, Path, lines_of

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


def paths_of(value: Any, path: Path = ()) -> set[Path]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {path}.union(*(paths_of(item, (*path, step)) for step, item in inside))


@given(json_values)
def test_every_value_has_a_line(value: Any) -> None:
    assert set(lines_of(json.dumps(value, indent=1))) == paths_of(value)


@given(st.lists(st.text(max_size=8), min_size=1, max_size=6))
def test_a_list_written_one_item_a_line_counts_up_from_its_bracket(items: list[str]) -> None:
    lines = lines_of(json.dumps(items, indent=1))

    assert [lines[(index,)] for index in range(len(items))] == list(range(2, len(items) + 2))


def test_braces_colons_and_quotes_inside_strings_are_text() -> None:
    text = '{"a{": "}]\\"[{,:",\n "b": [1,\n  {"c": true}]}'

    assert lines_of(text) == {(): 1, ("a{",): 1, ("b",): 2, ("b", 0): 2, ("b", 1): 3, ("b", 1, "c"): 3}


def test_a_member_that_stands_twice_is_refused_with_its_line() -> None:
    with pytest.raises(DuplicateMember, match=re.escape('The member "name" stands twice')) as refused:
        lines_of('{"name": 1,\n "other": {"name": 2},\n "name": 3}')

    assert refused.value.line == 3
