"""Retries are paid for by ordinary requests, so that a struggling upstream never sees its load doubled."""


class RetryBudget:
    """A token bucket: each request adds `ratio` of a retry, up to `most` saved ones; a retry takes a whole one."""

    def __init__(self, ratio: float = 0.15, most: float = 10.0) -> None:
        self._ratio = ratio
        self._most = most
        self._saved = most

    def earn(self) -> None:
        """Count one ordinary request."""
        self._saved = min(self._most, self._saved + self._ratio)

    def spend(self) -> bool:
        """Take one retry. False: there is none left."""
        if self._saved < 1:
            return False
        self._saved -= 1
        return True
