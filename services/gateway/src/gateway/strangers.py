"""How many requests may come from one address without a credential that lets somebody in.

Guessing tokens costs us a look-up each time. So an address that has sent too many is told to wait before anything is looked up; whoever
comes from there with a token that this process knows, or with an access token that the issuer has signed, is served all the same. Each process counts for itself: nothing is shared that a
stranger could fill.
"""

import math
import time
from collections import OrderedDict

from gateway.gcra import Rate
from gateway.rates import TooManyRequests

MOST = 20_000
"""Addresses that a process remembers; the one that was quiet for longest goes first."""
UNKNOWN = "unknown"


class Strangers:
    """Counts, in this process."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._spent_until: OrderedDict[str, float] = OrderedDict()

    def must_wait(self, address: str | None) -> bool:
        """Whether the address has sent as many as it may for now."""
        return not self._rate.left(self._spent_until.get(address or UNKNOWN, 0.0), time.monotonic())

    def check(self, address: str | None) -> None:
        """Raise TooManyRequests if the address has to wait."""
        now = time.monotonic()
        spent_until = self._spent_until.get(address or UNKNOWN, 0.0)
        if not self._rate.left(spent_until, now):
            raise self._refusal(self._rate.wait(spent_until, now))

    def count(self, address: str | None) -> None:
        """Count a request. Raises TooManyRequests instead of one too many."""
        self.check(address)
        key, now = address or UNKNOWN, time.monotonic()
        self._spent_until[key] = self._rate.after(self._spent_until.get(key, 0.0), now, 1)
        self._spent_until.move_to_end(key)
        if len(self._spent_until) > MOST:
            self._spent_until.popitem(last=False)

    def _refusal(self, wait: float) -> TooManyRequests:
        seconds = max(1, math.ceil(wait))
        return TooManyRequests(
            f"{self._rate.per_second:g} requests a second without a valid token are answered for one address, {self._rate.burst} at once.",
            headers={
                "Retry-After": str(seconds),
                "RateLimit-Policy": f'"address";q={self._rate.burst};w={math.ceil(self._rate.window)}',
                "RateLimit": f'"address";r=0;t={seconds}',
            },
        )
