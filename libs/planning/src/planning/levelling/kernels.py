"""The loops of levelling: the serial schedule-generation scheme, double justification, and a genetic search over both.

After R. Kolisch and S. Hartmann 2006 (activity lists, two-point crossover) and V. Valls et al. 2005 (justification).

Time counts in grid steps from 0. `room` holds, per step and word, what is left of the resources, several to a word (see
planning.levelling.packing): a demand fits where subtracting it borrows from no guard bit. An edge u → v with gap w says
start[v] ≥ start[u] + w; so all four link types are one kind of edge, and turned round in time they are edges of the same kind.
Where activities work by several calendars, planning.levelling.clocked does what is different.
"""

import numpy as np

from planning.kernel import kernel
from planning.levelling.clocked import generate_clocked, justify_clocked
from planning.levelling.course import FREE, NO_CLOCK, Course, Ints, Reals, arrange

CUTS = 6
"""Draws that a child needs besides one for each place of its list: two tournaments of two, two cuts."""

MUTATION = 0.05
"""The chance that two neighbours in a child's list change places."""


@kernel
def generate(course: Course, order: Ints, room: Ints, start: Ints) -> int:
    """Place activities in `order` (predecessors first), each as early as edges, floor and room allow; the makespan.

    room: like the course's, used up. start: [activities], written.
    """
    if course.clock.unit != NO_CLOCK:
        return generate_clocked(course, order, room, start)
    duration, demand, guard, first, before, gap = course[:6]
    words = guard.size
    makespan = 0
    for place in range(order.size):
        activity = order[place]
        length = duration[activity]
        begin = course.fixed[activity]
        if begin == FREE:
            begin = course.floor[activity]
            for edge in range(first[activity], first[activity + 1]):
                begin = max(begin, start[before[edge]] + gap[edge])
            step = begin + length - 1
            while step >= begin:  # from the far end: a clash there lets us jump behind it
                for word in range(words):
                    if ((room[step, word] | guard[word]) - demand[activity, word]) & guard[word] != guard[word]:
                        begin = step + 1
                        step = begin + length
                        break
                step -= 1
            for step in range(begin, begin + length):
                for word in range(words):
                    room[step, word] -= demand[activity, word]
        start[activity] = begin
        makespan = max(makespan, begin + length)
    return makespan


@kernel
def justify(forward: Course, backward: Course, makespan: int, start: Ints, order: Ints, room: Ints) -> int:
    """Push everything to the right of the makespan, then back to the left; the makespan, never a longer one.

    start: of a schedule, improved in place. order: written, the list by which `generate` makes that schedule again.
    """
    if forward.clock.unit != NO_CLOCK:
        return justify_clocked(forward, backward, makespan, start, order, room)
    duration, fixed = forward.duration, forward.fixed
    count = start.size
    mirrored = np.empty(count, np.int64)
    key = np.empty(count, np.int64)
    room[:] = backward.room
    for step in range(makespan):
        room[step] = forward.room[makespan - 1 - step]
    for activity in range(count):
        key[activity] = makespan - start[activity] - duration[activity]
        backward.fixed[activity] = key[activity] if fixed[activity] != FREE else FREE
    arrange(backward, key, order)
    pushed = generate(backward, order, room, mirrored)
    for activity in range(count):
        key[activity] = pushed - mirrored[activity] - duration[activity]
    arrange(forward, key, order)
    room[:] = forward.room
    again = generate(forward, order, room, mirrored)
    if again <= makespan:
        makespan = again
        start[:] = mirrored
    key[:] = start
    arrange(forward, key, order)
    return makespan


@kernel
def cross(mother: Ints, father: Ints, low: int, high: int, child: Ints) -> None:
    """Two-point crossover: the mother's list, with the activities of places low … high-1 in the father's order."""
    count = mother.size
    taken = np.zeros(count, np.bool_)
    for place in range(low):
        child[place] = mother[place]
        taken[mother[place]] = True
    place = low
    for other in range(count):
        if place == high:
            break
        if not taken[father[other]]:
            child[place] = father[other]
            taken[father[other]] = True
            place += 1
    for other in range(count):
        if not taken[mother[other]]:
            child[place] = mother[other]
            place += 1


@kernel
def mutate(course: Course, child: Ints, draws: Reals) -> None:
    """Swap neighbours by chance where no edge forbids it. draws: one per activity."""
    for place in range(child.size - 1):
        if draws[place] < MUTATION:
            left, right = child[place], child[place + 1]
            linked = False
            for edge in range(course.first[right], course.first[right + 1]):
                linked = linked or course.before[edge] == left
            if not linked:
                child[place], child[place + 1] = right, left


@kernel
def fittest(fitness: Ints, one: float, other: float) -> int:
    """The better of two members drawn by numbers in [0, 1)."""
    a, b = int(one * fitness.size), int(other * fitness.size)
    return a if fitness[a] <= fitness[b] else b


@kernel
def replace_worst(population: Ints, fitness: Ints, child: Ints, makespan: int) -> None:
    """Let a child that is no worse and no twin take the place of the worst member."""
    worst = int(np.argmax(fitness))
    if makespan > fitness[worst]:
        return
    for member in range(fitness.size):
        if fitness[member] == makespan and np.array_equal(population[member], child):
            return
    population[worst] = child
    fitness[worst] = makespan


@kernel
def found(
    forward: Course, backward: Course, keys: Ints, population: Ints, fitness: Ints, best: Ints, least: int
) -> int:
    """Make a member from each row of priorities ([members, activities], overwritten); the least makespan, `least` included.

    population, fitness: written for these members. best: [activities], the starts of a schedule of the least makespan.
    """
    room = np.empty_like(forward.room)
    start = np.empty_like(best)
    for member in range(fitness.size):
        order = population[member]
        arrange(forward, keys[member], order)
        room[:] = forward.room
        makespan = generate(forward, order, room, start)
        fitness[member] = justify(forward, backward, makespan, start, order, room)
        if fitness[member] < least:
            least = int(fitness[member])
            best[:] = start
    return least


@kernel
def evolve(
    forward: Course, backward: Course, population: Ints, fitness: Ints, best: Ints, draws: Reals, bound: int
) -> int:
    """Breed a child from each row of draws ([children, activities + CUTS], in [0, 1)), until one reaches `bound`; how many were bred."""
    count = best.size
    room = np.empty_like(forward.room)
    start = np.empty_like(best)
    child = np.empty_like(best)
    least = int(fitness.min())
    for row in range(draws.shape[0]):
        if least <= bound:
            return row
        chance = draws[row]
        mother = fittest(fitness, chance[count], chance[count + 1])
        father = fittest(fitness, chance[count + 2], chance[count + 3])
        a, b = int(chance[count + 4] * count), int(chance[count + 5] * count)
        cross(population[mother], population[father], min(a, b), max(a, b), child)
        mutate(forward, child, chance[:count])
        room[:] = forward.room
        makespan = generate(forward, child, room, start)
        makespan = justify(forward, backward, makespan, start, child, room)
        if makespan < least:
            least = makespan
            best[:] = start
        replace_worst(population, fitness, child, makespan)
    return len(draws)
