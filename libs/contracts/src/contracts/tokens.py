"""The token that comes with each request to a service: who asks, for which organisation."""

from pydantic import Field

from contracts.values import Id, Shape
from contracts.vocabulary import OrganizationRole, ProgramRole, ProjectRole

ISSUER = "interlock-gateway"
ALGORITHM = "EdDSA"
PROJECT_SERVICE = "project-svc"
PROGRAM_SERVICE = "program-svc"
SERVICE_ISSUERS = (f"interlock-{PROJECT_SERVICE}", f"interlock-{PROGRAM_SERVICE}")
"""Who signs for what services read of each other."""


class InternalClaims(Shape):
    """The claims of an internal JWT, signed with Ed25519 and good for one audience and a few minutes."""

    iss: str
    """`interlock-gateway`; `interlock-program-svc` where that service itself asks, to read."""
    aud: str
    """The one service that may accept it: `project-svc` or `program-svc`."""
    sub: str
    """Who asks: becomes `actor` of the events that the request causes."""
    org: Id
    """The organisation whose rows the request may see."""
    roles: tuple[OrganizationRole, ...]
    programs: dict[Id, ProgramRole] = Field(default_factory=dict)
    """The caller's role in each program in which it has one."""
    projects: dict[Id, ProjectRole] = Field(default_factory=dict)
    """The caller's role in each project in which it has one."""
    read_only: bool = False
    """The caller's credential may change nothing, whatever its roles."""
    restricted: bool = False
    """The caller's credential is for some programs and projects alone: what it may there is all of `programs` and `projects`."""
    credential: str | None = None
    """What the caller came with, for the record: `api-tokens/<id>`, or the issuer of an access token."""
    jti: str
    iat: int
    """Issued at, seconds since 1970-01-01T00:00Z."""
    exp: int
    """Refused from this second on."""
