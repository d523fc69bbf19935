"""A circuit breaker: an upstream that does not answer is left alone for a moment instead of being queued on."""

import time
from collections.abc import Callable


class Breaker:
    """Opens after `threshold` failures in a row, lets one request through every `pause` seconds, closes on a success.

    Only failures to answer count (no connection, no answer in time): an error that the upstream itself reports is an answer.
    """

    def __init__(self, threshold: int = 5, pause: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._threshold = threshold
        self._pause = pause
        self._clock = clock
        self._failures = 0
        self._probe_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether requests are being turned away (but for the probes)."""
        return self._failures >= self._threshold

    def admit(self) -> bool:
        """Whether a request may go now; while open, the one that may is the probe."""
        if not self.is_open:
            return True
        now = self._clock()
        if now < self._probe_at:
            return False
        self._probe_at = now + self._pause
        return True

    def succeeded(self) -> None:
        """The upstream answered."""
        self._failures = 0

    def failed(self) -> None:
        """The upstream did not answer."""
        self._failures += 1
        self._probe_at = self._clock() + self._pause
