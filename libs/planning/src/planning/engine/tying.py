"""What the links add on either way, for all of them or for those of one node whose limits have changed."""

from planning.engine.arrays import Facts, Flags, Into, Limits, Network, Out, Ties
from planning.engine.bounds import offset_of, reach_of, via_of
from planning.kernel import lean


@lean
def tie_all(
    facts: Facts, limits: Limits, ties: Ties, into: Into, out: Out, round_the_clock: int, overrides: Flags
) -> bool:
    """Fill in via, offset and reach of all links. overrides: see `overrides_of`. Whether any leads between axes."""
    crossing = False
    via = ties.via
    for link in range(via.size):
        via[link] = via_of(facts, ties, round_the_clock, link)
        crossing |= via[link] >= 0
    offset, reach, into_link, out_link = into.offset, out.reach, into.link, out.link
    for at in range(into_link.size):
        offset[at] = offset_of(facts, limits, ties, into_link[at], overrides)
    for at in range(out_link.size):
        reach[at] = reach_of(facts, limits, ties, out_link[at], overrides)
    return crossing


@lean
def retie(network: Network, node: int, round_the_clock: int, overrides: Flags) -> bool:
    """Fill in via, offset and reach of all links of a node. Whether any of them leads between axes."""
    crossing = False
    facts, limits, ties, into, out = network.facts, network.limits, network.ties, network.into, network.out
    for at in range(into.begin[node], into.end[node]):
        link = into.link[at]
        ties.via[link] = via_of(facts, ties, round_the_clock, link)
        crossing |= ties.via[link] >= 0
        into.offset[at] = offset_of(facts, limits, ties, link, overrides)
        other = ties.before[link]
        for there in range(out.begin[other], out.end[other]):
            if out.link[there] == link:
                out.reach[there] = reach_of(facts, limits, ties, link, overrides)
    for at in range(out.begin[node], out.end[node]):
        link = out.link[at]
        ties.via[link] = via_of(facts, ties, round_the_clock, link)
        crossing |= ties.via[link] >= 0
        out.reach[at] = reach_of(facts, limits, ties, link, overrides)
        other = ties.after[link]
        for there in range(into.begin[other], into.end[other]):
            if into.link[there] == link:
                into.offset[there] = offset_of(facts, limits, ties, link, overrides)
    return crossing
