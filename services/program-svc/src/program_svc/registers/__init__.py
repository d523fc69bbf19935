"""The declared records of a program that nothing else follows from."""

from typing import Any

from program_svc.register.declared import Declared
from program_svc.registers.governance import CHANGE_REQUESTS, DECISIONS, GATES, ISSUES
from program_svc.registers.money import EXCHANGE_RATES, FUNDINGS
from program_svc.registers.people import STAKEHOLDERS
from program_svc.registers.risks import RISKS

WITH_LISTS: tuple[Declared[Any], ...] = (STAKEHOLDERS, GATES, DECISIONS, CHANGE_REQUESTS, FUNDINGS, EXCHANGE_RATES)
ROLLED_UP: tuple[Declared[Any], ...] = (ISSUES, RISKS)
"""Their lists show those of the projects, too: `program_svc.rollups`."""
ALL = (*WITH_LISTS, *ROLLED_UP)

__all__ = [
    "ALL",
    "CHANGE_REQUESTS",
    "DECISIONS",
    "EXCHANGE_RATES",
    "FUNDINGS",
    "GATES",
    "ISSUES",
    "RISKS",
    "ROLLED_UP",
    "STAKEHOLDERS",
    "WITH_LISTS",
]
