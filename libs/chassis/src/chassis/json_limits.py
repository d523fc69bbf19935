"""How deep and how full a JSON body may be: what is nested beyond measure costs far more to read than its bytes cost to send."""

import re

from chassis.problem import invalid

DEEPEST = 32
MOST_VALUES = 100_000

_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"')
_BRACKETS = b"[]{}"
_OTHERS = bytes(each for each in range(256) if each not in _BRACKETS)


def check(body: bytes) -> None:
    """Raise InvalidRequest for a body that is nested deeper than 32 levels or has more than 100,000 values.

    Counting characters tells at once that nearly every body is far from either; only the others are looked at closely.
    """
    opened, parted = body.count(b"[") + body.count(b"{"), body.count(b",")
    if opened <= DEEPEST and parted < MOST_VALUES:
        return
    bare = _STRINGS.sub(b"", body)
    if bare.count(b",") >= MOST_VALUES:
        raise invalid("", "too_many_values", f"A body has at most {MOST_VALUES} values.")
    depth = 0
    for bracket in bare.translate(None, _OTHERS):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEEPEST:
            raise invalid("", "too_deep", f"A body is nested at most {DEEPEST} levels deep.")
