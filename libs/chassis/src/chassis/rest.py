"""How long a relay rests between two looks at the outbox: what comes close behind each other goes together.

One publish after the other costs the stream, and everybody who reads it, many times what a batch does; on a machine that all processes share,
that is taken from the next request. What is alone goes at once, and the next few 20 ms later, since somebody may wait for them.
"""

REST = 0.020
"""Seconds from one look that found a few rows to the next one."""
LONGEST = 0.100
"""Where a rest brought more than a few rows, the next one is twice as long, up to this: what comes all the time goes ten times a second."""
FEW = 5
"""Rows: what one or two changes say."""
MANY = 200
"""Rows; behind more of them there is no rest."""


class Rest:
    """Of one relay."""

    def __init__(self) -> None:
        self._last = REST

    def behind(self, rows: int) -> float:
        """Seconds from a look that found so many rows to the next one."""
        if rows >= MANY:
            return 0.0
        self._last = min(self._last * 2, LONGEST) if rows > FEW else REST
        return self._last
