"""What is too large to be kept here goes through in pieces, and holds a connection to a service for as long as its client takes.

So a token has few of those under way at once, and all clients together never all connections: whoever sends or reads slowly, on however
many connections, keeps nobody from what is small.
"""

from contextlib import AbstractContextManager

from chassis.problem import Problem
from gateway.identity.callers import Caller
from gateway.places import Places
from gateway.upstreams import Upstream, UpstreamBusy


class TooManyTransfers(Problem):
    """The token has as many large requests and answers under way as it may have; finish reading or sending one."""

    slug, status, title = "too-many-transfers", 429, "Too many large transfers are under way"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, headers={"Retry-After": "1"})


class Transfers:
    """Counts them in this process. per_token, per_upstream: how many at once."""

    def __init__(self, *, per_token: int, per_upstream: int) -> None:
        self._per_token = per_token
        self._per_upstream = per_upstream
        self._of_tokens = Places(lambda most: TooManyTransfers(f"A token may have {most} of them here at once."))
        self._of_upstreams = Places(lambda _: UpstreamBusy("It has too many large requests under way."))

    def of_token(self, caller: Caller) -> AbstractContextManager[None]:
        """A place for one, until the block ends. Raises TooManyTransfers."""
        return self._of_tokens.taken((caller.credential_id, self._per_token))

    def to(self, upstream: Upstream) -> AbstractContextManager[None]:
        """A place for one of those that its connections are shared by, until the block ends. Raises UpstreamBusy."""
        return self._of_upstreams.taken((upstream.name, self._per_upstream))
