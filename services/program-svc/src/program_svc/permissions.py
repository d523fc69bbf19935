"""Who may change what this service owns: everybody in the organisation but those who are there to read."""

from typing import Annotated

from fastapi import Depends

from chassis.identity import Identity
from chassis.problem import Forbidden
from chassis.unit_of_work import CurrentIdentity
from contracts.vocabulary import OrganizationRole


def may_write(identity: CurrentIdentity) -> Identity:
    """The caller, who may write. Raises Forbidden for one whose only role is to audit."""
    if identity.roles == {OrganizationRole.AUDITOR.value}:
        raise Forbidden("An auditor reads all and changes nothing.")
    return identity


Writer = Annotated[Identity, Depends(may_write)]
