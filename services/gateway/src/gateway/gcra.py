"""The generic cell rate algorithm: how many requests go through, told by one instant a client."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_second` requests in the long run, `burst` of them at once."""

    per_second: float
    burst: int

    @property
    def interval(self) -> float:
        """Seconds that one request takes."""
        return 1 / self.per_second

    @property
    def window(self) -> float:
        """Seconds in which a whole burst comes back."""
        return self.burst / self.per_second

    def left(self, spent_until: float, now: float) -> int:
        """How many requests may come at once. spent_until: the instant up to which the client has used up its time."""
        # A grain of a thousandth: what comes back exactly by now must not be lost to the last digit of a float.
        return max(0, int((now + self.window - max(spent_until, now)) * self.per_second + 0.001))

    def after(self, spent_until: float, now: float, requests: int) -> float:
        """`spent_until` after that many more requests."""
        return max(spent_until, now) + requests * self.interval

    def wait(self, spent_until: float, now: float) -> float:
        """Seconds until the next request may come; 0 if it may now."""
        return max(0.0, spent_until + self.interval - self.window - now)
