"""How many of something may be under way in this process at once, for a token, an organisation, or all of them."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

from chassis.problem import Problem


class Places:
    """Counts what is under way, under each name that has a limit. refuse: the problem of one too many under such a limit."""

    def __init__(self, refuse: Callable[[int], Problem]) -> None:
        self._refuse = refuse
        self._taken: Counter[Hashable] = Counter()

    @contextmanager
    def taken(self, *whose: tuple[Hashable, int]) -> Iterator[None]:
        """A place under each of these names, of so many, until the block ends. Raises what `refuse` makes."""
        for name, most in whose:
            if self._taken[name] >= most:
                raise self._refuse(most)
        for name, _ in whose:
            self._taken[name] += 1
        try:
            yield
        finally:
            for name, _ in whose:
                self._taken[name] -= 1
                if not self._taken[name]:
                    del self._taken[name]
