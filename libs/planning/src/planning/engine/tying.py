"""What the links add on either way, for all of them or for those of one node whose limits have changed."""

from planning.engine.arrays import Facts, Into, Limits, Out, Ties
from planning.engine.bounds import offset_of, reach_of, via_of
from planning.kernel import lean


@lean
def tie_all(
    facts: Facts, limits: Limits, ties: Ties, into: Into, out: Out, round_the_clock: int, override: bool
) -> bool:
    """Fill in via, offset and reach of all links. Whether any leads between axes."""
    crossing = False
    via = ties.via
    for link in range(via.size):
        via[link] = via_of(facts, ties, round_the_clock, link)
        crossing |= via[link] >= 0
    offset, reach, into_link, out_link = into.offset, out.reach, into.link, out.link
    for at in range(into_link.size):
        offset[at] = offset_of(limits, ties, into_link[at], override)
    for at in range(out_link.size):
        reach[at] = reach_of(limits, ties, out_link[at], override)
    return crossing
