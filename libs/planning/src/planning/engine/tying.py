"""What the links add on either way, for all of them or for those of one node whose limits have changed."""

from planning.engine.arrays import Facts, Into, Limits, Network, Out, Ties
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


@lean
def retie(network: Network, node: int, round_the_clock: int, override: bool) -> bool:
    """Fill in via, offset and reach of all links of a node. Whether any of them leads between axes."""
    crossing = False
    facts, limits, ties, into, out = network.facts, network.limits, network.ties, network.into, network.out
    for at in range(into.begin[node], into.end[node]):
        link = into.link[at]
        ties.via[link] = via_of(facts, ties, round_the_clock, link)
        crossing |= ties.via[link] >= 0
        into.offset[at] = offset_of(limits, ties, link, override)
        other = ties.before[link]
        for there in range(out.begin[other], out.end[other]):
            if out.link[there] == link:
                out.reach[there] = reach_of(limits, ties, link, override)
    for at in range(out.begin[node], out.end[node]):
        link = out.link[at]
        ties.via[link] = via_of(facts, ties, round_the_clock, link)
        crossing |= ties.via[link] >= 0
        out.reach[at] = reach_of(limits, ties, link, override)
        other = ties.after[link]
        for there in range(into.begin[other], into.end[other]):
            if into.link[there] == link:
                into.offset[there] = offset_of(limits, ties, link, override)
    return crossing
