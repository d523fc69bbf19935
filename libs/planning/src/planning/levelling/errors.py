"""What keeps a plan from being levelled. Every error names the ids it is about."""

from collections.abc import Sequence

from planning.errors import PlanError
from planning.plan import Id


class UnknownResource(PlanError):
    """Demands for resources that were not given."""

    def __init__(self, resource_ids: Sequence[Id]) -> None:
        self.resource_ids = list(resource_ids)
        super().__init__(f"Demands name resources that are not given: {', '.join(map(str, resource_ids))}")


class InvalidCapacity(PlanError):
    """Resources whose capacity is negative or beyond what a schedule can count (planning.levelling.packing.LARGEST)."""

    def __init__(self, resource_ids: Sequence[Id]) -> None:
        self.resource_ids = list(resource_ids)
        super().__init__(f"Resources have a capacity below zero or too large: {', '.join(map(str, resource_ids))}")


class InvalidDemand(PlanError):
    """Tasks that demand less than nothing, or more than the whole capacity and so can never be placed."""

    def __init__(self, task_ids: Sequence[Id]) -> None:
        self.task_ids = list(task_ids)
        super().__init__(f"Tasks demand less than nothing or more than there is: {', '.join(map(str, task_ids))}")


class Overcommitted(PlanError):
    """Tasks that are held to their dates and together demand more than there is: no levelling can help."""

    def __init__(self, task_ids: Sequence[Id]) -> None:
        self.task_ids = list(task_ids)
        super().__init__(
            f"Tasks held to their dates demand more than there is, together: {', '.join(map(str, task_ids))}"
        )
