"""How many streams may be open at once, for a token and for an organisation."""

from contextlib import AbstractContextManager

from chassis.problem import Problem
from gateway.identity.callers import Caller
from gateway.places import Places


class TooManyStreams(Problem):
    """The token or its organisation has as many event streams open as it may have; close one, or wait until one ends."""

    slug, status, title = "too-many-streams", 429, "Too many event streams are open"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, headers={"Retry-After": "5"})


class StreamLimits:
    """Counts the streams of this process."""

    def __init__(self, *, per_token: int, per_organization: int) -> None:
        self._per_token = per_token
        self._per_organization = per_organization
        self._places = Places(lambda most: TooManyStreams(f"At most {most} streams may be open here at once."))

    def slot(self, caller: Caller) -> AbstractContextManager[None]:
        """A place for one stream, until the block ends. Raises TooManyStreams."""
        return self._places.taken(
            (caller.credential_id, self._per_token), (caller.identity.organization_id, self._per_organization)
        )
