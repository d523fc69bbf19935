"""The declared records of a project."""

from typing import Any

from project_svc.register.declared import Declared
from project_svc.registers.log import ACTIONS, ASSUMPTIONS, DECISIONS, ISSUES
from project_svc.registers.people import DELIVERABLES, STAKEHOLDERS

ALL: tuple[Declared[Any], ...] = (ISSUES, DECISIONS, ACTIONS, ASSUMPTIONS, STAKEHOLDERS, DELIVERABLES)

__all__ = ["ACTIONS", "ALL", "ASSUMPTIONS", "DECISIONS", "DELIVERABLES", "ISSUES", "STAKEHOLDERS"]
