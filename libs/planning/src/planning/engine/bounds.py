"""What each node brings by itself, and what each link asks: planning.limits and planning.network, a node and a link at a time."""

from planning.engine.arrays import (
    ABSENT,
    BEGUN,
    DIRECT,
    DONE,
    EMPTY,
    HELD,
    LATE,
    NEVER,
    NO_BOUND,
    OUTSIDE,
    PINNED,
    SPANS,
    Axes,
    Facts,
    Flags,
    Limits,
    Ties,
)
from planning.engine.clock import worked
from planning.engine.codes import ALAP, AUTO_ALAP, FNET, FNLT, LEVEL_OF_EFFORT, MANUAL, MFO, MSO, SNET, SNLT, SUMMARY
from planning.kernel import lean, step


@lean
def bound_all(axes: Axes, facts: Facts, limits: Limits, count: int) -> int:
    """Work out the limits of the first `count` nodes; the first of them that has a date outside its calendar, or NEVER."""
    for node in range(count):
        if not bound_node(axes, facts, limits, node):
            return node
    return NEVER


@step
def bound_node(axes: Axes, facts: Facts, limits: Limits, node: int) -> bool:
    """Work out the limits of a node; False for a date outside its calendar."""
    kind = facts.kind[node]
    floor = worked(axes, facts.axis[node], facts.resume[node])
    if floor == OUTSIDE:
        return False
    limits.remaining[node] = facts.duration[node] if kind != SUMMARY else 0
    limits.floor[node], limits.floor_at[node] = floor, facts.resume[node]
    limits.ceiling[node], limits.pinned[node] = NO_BOUND, NEVER
    limits.begun[node], limits.imposed[node] = NEVER, NEVER
    limits.flags[node] = SPANS | EMPTY if kind == SUMMARY else SPANS if kind == LEVEL_OF_EFFORT else 0
    limits.actual[2 * node], limits.actual[2 * node + 1] = facts.actual_start[node], facts.actual_finish[node]
    if kind == SUMMARY:
        return True
    if facts.actual_finish[node] != ABSENT:
        return bound_complete(axes, facts, limits, node)
    return (
        bound_started(axes, facts, limits, node)
        and bound_constrained(axes, facts, limits, node)
        and bound_due(axes, facts, limits, node)
        and bound_imposed(axes, facts, limits, node)
    )


@step
def raise_floor(limits: Limits, node: int, position: int, at: int, imposed: int) -> None:
    """Let work start no earlier than at a position, which stands for an instant; imposed: the imposed date it comes from, or NEVER."""
    if position > limits.floor[node] or (position == limits.floor[node] and at > limits.floor_at[node]):
        limits.floor[node], limits.floor_at[node], limits.imposed[node] = position, at, imposed


@step
def bound_complete(axes: Axes, facts: Facts, limits: Limits, node: int) -> bool:
    """What has happened stays."""
    finished = facts.actual_finish[node]
    started = facts.actual_start[node] if facts.actual_start[node] != ABSENT else finished
    floor, begun = worked(axes, facts.axis[node], finished), worked(axes, facts.axis[node], started)
    limits.actual[2 * node] = started
    limits.remaining[node] = 0
    limits.floor[node], limits.floor_at[node], limits.begun[node] = floor, finished, begun
    limits.flags[node] |= HELD | DONE | BEGUN
    return floor != OUTSIDE and begun != OUTSIDE


@step
def bound_started(axes: Axes, facts: Facts, limits: Limits, node: int) -> bool:
    """What remains of started work goes on after its start."""
    started = facts.actual_start[node]
    if started == ABSENT:
        if facts.constraint[node] == ALAP or facts.mode[node] == AUTO_ALAP:
            limits.flags[node] |= LATE
        return True
    begun = worked(axes, facts.axis[node], started)
    limits.begun[node] = begun
    limits.flags[node] |= BEGUN
    limits.remaining[node] = facts.remaining[node]
    raise_floor(limits, node, begun, started, NEVER)
    return begun != OUTSIDE


@step
def bound_constrained(axes: Axes, facts: Facts, limits: Limits, node: int) -> bool:
    """A manual task is held to its date whatever the constraint's type. A start that has happened is free of it."""
    constraint, at = facts.constraint[node], facts.constraint_at[node]
    on_start = constraint in (SNET, SNLT, MSO)
    if at == ABSENT or (on_start and limits.begun[node] != NEVER):
        return True
    remaining = limits.remaining[node]
    finish = worked(axes, facts.axis[node], at)
    if finish == OUTSIDE:
        return False
    if on_start:
        finish += remaining
    if facts.mode[node] == MANUAL or constraint in (MSO, MFO):
        limits.flags[node] = HELD | PINNED | (limits.flags[node] & (SPANS | BEGUN))
        limits.pinned[node] = finish
        raise_floor(limits, node, finish - remaining, at, NEVER)
    elif constraint in (SNET, FNET):
        raise_floor(limits, node, finish - remaining, at, NEVER)
    elif constraint in (SNLT, FNLT):
        limits.ceiling[node] = finish
    return True


@step
def bound_due(axes: Axes, facts: Facts, limits: Limits, node: int) -> bool:
    """A deadline bounds late dates."""
    if facts.deadline[node] == ABSENT:
        return True
    due = worked(axes, facts.axis[node], facts.deadline[node])
    limits.ceiling[node] = min(limits.ceiling[node], due)
    return due != OUTSIDE


@step
def bound_imposed(axes: Axes, facts: Facts, limits: Limits, node: int) -> bool:
    """Dates imposed from outside bound what is not held."""
    if limits.flags[node] & HELD:
        return True
    for number in range(facts.imposed_begin[node], facts.imposed_end[node]):
        position = worked(axes, facts.axis[node], facts.imposed_at[number])
        if position == OUTSIDE:
            return False
        work = limits.remaining[node] if facts.imposed_side[number] else 0
        raise_floor(limits, node, position - work, facts.imposed_at[number], number)
    return True


@step
def via_of(facts: Facts, ties: Ties, round_the_clock: int, link: int) -> int:
    """The axis on which a link's lag is worked, or DIRECT where the link is an addition on one axis."""
    before, after = ties.before[link], ties.after[link]
    calendar = ties.lag_calendar[link]
    if calendar == 0:
        via = facts.project_axis[after]
    elif calendar == 1:
        via = facts.axis[before]
    elif calendar == 2:
        via = facts.axis[after]
    else:
        via = round_the_clock
    if facts.axis[before] == facts.axis[after] and (via == facts.axis[after] or ties.lag[link] == 0):
        return DIRECT
    return int(via)


@step
def holds_forward(facts: Facts, limits: Limits, ties: Ties, link: int, overrides: Flags) -> bool:
    """Whether a link bounds early dates of its successor."""
    before, after = ties.before[link], ties.after[link]
    if (limits.flags[before] & SPANS) | (limits.flags[after] & (SPANS | HELD)):
        return False
    return not (overrides[facts.project[after]] and limits.begun[after] != NEVER and ties.kind[link] < 2)


@step
def holds_backward(facts: Facts, limits: Limits, ties: Ties, link: int, overrides: Flags) -> bool:
    """Whether a link bounds late dates of its predecessor: a complete task takes and gives none, nor does a start that has happened."""
    before, after = ties.before[link], ties.after[link]
    if (limits.flags[before] | limits.flags[after]) & (SPANS | DONE):
        return False
    if ties.kind[link] & 1 and limits.begun[before] != NEVER:
        return False
    return not (overrides[facts.project[after]] and limits.begun[after] != NEVER and ties.kind[link] < 2)


@step
def offset_of(facts: Facts, limits: Limits, ties: Ties, link: int, overrides: Flags) -> int:
    """What a link adds to the end it leaves from, to bound its successor's start; a lag that is worked elsewhere left out."""
    if not holds_forward(facts, limits, ties, link, overrides):
        return -NO_BOUND
    tail = limits.remaining[ties.after[link]] if ties.kind[link] >= 2 else 0
    return int((ties.lag[link] if ties.via[link] == DIRECT else 0) - tail)


@step
def reach_of(facts: Facts, limits: Limits, ties: Ties, link: int, overrides: Flags) -> int:
    """What a link adds to its successor's late start, to bound its predecessor's finish; between axes, what it adds after crossing."""
    if not holds_backward(facts, limits, ties, link, overrides):
        return NO_BOUND
    head = limits.remaining[ties.before[link]] if ties.kind[link] & 1 else 0
    if ties.via[link] != DIRECT:
        return int(head)
    tail = limits.remaining[ties.after[link]] if ties.kind[link] >= 2 else 0
    return int(head + tail - ties.lag[link])
