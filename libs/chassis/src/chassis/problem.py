"""Problem documents (RFC 9457): one class an error, rendered at the edge and nowhere else.

An error that no one thought of keeps the default status, 500, is logged with its trace and tells the client nothing of its inside.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """One thing wrong with one place of the request."""

    location: str = Field(serialization_alias="in", description="`body`, `query`, `path` or `header`")
    pointer: str = Field(description="JSON pointer within that part of the request", examples=["/duration"])
    rule: str = Field(description="the rule that was broken, stable, for programs", examples=["duration"])
    message: str = Field(description="the same for people")


class ProblemDocument(BaseModel):
    """An RFC 9457 problem document; some types carry further members, such as `path` for a cycle."""

    model_config = ConfigDict(extra="allow", title="Problem")

    type: str = Field(description="the kind of problem, a documented path", examples=["/problems/invalid-request"])
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    errors: list[FieldError] = Field(default_factory=list)
    trace_id: str = Field(description="quote it when you ask for help")


class Problem(Exception):
    """What went wrong, for the client. Subclasses name it; an instance says what and where."""

    slug: ClassVar[str] = "internal-error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong on our side"

    known: ClassVar[dict[str, type["Problem"]]] = {}

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or f"{self.title}."
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.members = members

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "slug" in cls.__dict__:
            Problem.known[cls.slug] = cls

    def document(self, trace_id: str) -> dict[str, Any]:
        """The JSON object that the client gets."""
        body = {"type": f"/problems/{self.slug}", "title": self.title, "status": self.status, "detail": self.detail}
        errors = [error.model_dump(by_alias=True) for error in self.errors]
        return {**body, "errors": errors, **self.members, "trace_id": trace_id}


Problem.known[Problem.slug] = Problem


class BadRequest(Problem):
    """The request is not HTTP and JSON as they should be: broken JSON, a malformed header."""

    slug, status, title = "bad-request", 400, "The request cannot be read"


class Unauthenticated(Problem):
    """No token, or one that is wrong, expired or revoked."""

    slug, status, title = "unauthenticated", 401, "Who are you?"

    def __init__(self, detail: str = "Send a valid token as `Authorization: Bearer …`.") -> None:
        super().__init__(detail, headers={"WWW-Authenticate": 'Bearer realm="interlock"'})


class Forbidden(Problem):
    """The caller may see the record, but may not do this to it."""

    slug, status, title = "forbidden", 403, "You may not do this"


MISSING_HEADER = "Interlock-Missing"
"""On a 404: `record` when the path exists and what it names does not. A path that nobody answers has no such header."""


class NotFound(Problem):
    """There is no such record, or none that the caller may see."""

    slug, status, title = "not-found", 404, "There is no such thing"


class MethodNotAllowed(Problem):
    """The path exists, the method does not."""

    slug, status, title = "method-not-allowed", 405, "This method is not allowed here"


class Conflict(Problem):
    """The request is well formed, but a rule of the domain forbids it in the present state."""

    slug, status, title = "conflict", 409, "This breaks a rule"


class AlreadyExists(Conflict):
    """A value that must be unique is taken."""

    slug, title = "already-exists", "This is taken"


class StaleRevision(Problem):
    """`If-Match` names a revision that is no longer current; the answer's `ETag` is the current one."""

    slug, status, title = "stale-revision", 412, "Somebody changed it before you"


class TooLarge(Problem):
    """The body is larger than this route takes."""

    slug, status, title = "too-large", 413, "The body is too large"


class UnsupportedMediaType(Problem):
    """The body is not `application/json`."""

    slug, status, title = "unsupported-media-type", 415, "Send JSON"


class InvalidRequest(Problem):
    """A value has the wrong shape or breaks a rule of its own; `errors` says where and which."""

    slug, status, title = "invalid-request", 422, "Something in the request is not valid"


class IdempotencyKeyReused(InvalidRequest):
    """The `Idempotency-Key` was used before with another request."""

    slug, title = "idempotency-key-reused", "This key belongs to another request"


class BadCursor(InvalidRequest):
    """The `cursor` was not made by this collection with this sort order."""

    slug, title = "bad-cursor", "This cursor leads nowhere"


class Unavailable(Problem):
    """Something this service needs is away for the moment; try again."""

    slug, status, title = "unavailable", 503, "Not available right now"

    def __init__(self, detail: str = "", *, retry_after: int = 1, **members: Any) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)}, **members)


class DeadlinePassed(Problem):
    """What asked for this no longer waits for the answer; nothing was changed, unless the commit was already under way."""

    slug, status, title = "deadline-passed", 504, "Nobody waits for the answer any more"


class PositionNotReached(Problem):
    """The picture does not yet include the position named by `Interlock-After`."""

    slug, status, title = "position-not-reached", 504, "The picture is not there yet"


def invalid(pointer: str, rule: str, message: str, *, location: str = "body") -> InvalidRequest:
    """The problem for one broken rule at one place of the request."""
    return InvalidRequest(message, errors=[FieldError(location=location, pointer=pointer, rule=rule, message=message)])


def responses(*kinds: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI `responses` of a route that can answer with these problems, an example each."""
    by_status: dict[int | str, list[type[Problem]]] = {}
    for kind in kinds:
        by_status.setdefault(kind.status, []).append(kind)
    return {status: _response(group) for status, group in by_status.items()}


def _response(kinds: Sequence[type[Problem]]) -> dict[str, Any]:
    examples = {
        kind.slug: {"summary": kind.title, "value": kind().document("4bf92f3577b34da6a3ce929d0e0e4736")}
        for kind in kinds
    }
    description = " · ".join(dict.fromkeys(kind.title for kind in kinds))
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}}
    return {"description": description, "content": content}
