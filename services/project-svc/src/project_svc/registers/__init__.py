"""The declared records of a project."""

from typing import Any

from project_svc.register.declared import Declared
from project_svc.registers.log import ACTIONS, ASSUMPTIONS, DECISIONS, ISSUES
from project_svc.registers.people import DELIVERABLES, STAKEHOLDERS
from project_svc.registers.stages import GATES, PHASES

ALL: tuple[Declared[Any], ...] = (ISSUES, DECISIONS, ACTIONS, ASSUMPTIONS, STAKEHOLDERS, DELIVERABLES, PHASES, GATES)

__all__ = ["ACTIONS", "ALL", "ASSUMPTIONS", "DECISIONS", "DELIVERABLES", "GATES", "ISSUES", "PHASES", "STAKEHOLDERS"]
