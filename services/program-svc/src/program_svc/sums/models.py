"""Sums and orders that are kept where they change, so that a read of them costs the same however many projects a program has."""

from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from program_svc.tables import NUMBER, ProgramTable


class KeptSums(ProgramTable):
    """Amounts of one currency: budget lines and actual costs, and what the open risks are expected to cost (below zero) or bring."""

    organization_id: UUID
    bac: Decimal = Field(sa_type=NUMBER)
    contingency: Decimal = Field(sa_type=NUMBER)
    actual: Decimal = Field(sa_type=NUMBER)
    entries: int = Field(sa_type=sa.BigInteger)
    """How many lines and costs there are."""
    emv: Decimal = Field(sa_type=NUMBER)
    threats: Decimal = Field(sa_type=NUMBER)
    open_risks: int = Field(sa_type=sa.BigInteger)


class ProjectSums(KeptSums, table=True):
    """Of one project."""

    __tablename__ = "project_sums"

    project_id: UUID = Field(primary_key=True)
    currency: str = Field(primary_key=True)


class ProgramSums(KeptSums, table=True):
    """Of all projects of a program."""

    __tablename__ = "program_sums"

    program_id: UUID = Field(primary_key=True, foreign_key="programs.id", ondelete="CASCADE")
    currency: str = Field(primary_key=True)


class ListedProject(ProgramTable, table=True):
    """A project of a program, in the orders in which pages of them are read."""

    __tablename__ = "listed_projects"
    __table_args__ = (
        sa.Index("ix_listed_projects_key", "program_id", "key", "project_id"),
        sa.Index("ix_listed_projects_name", "program_id", "name", "project_id"),
    )

    project_id: UUID = Field(primary_key=True)
    program_id: UUID = Field(primary_key=True, foreign_key="programs.id", ondelete="CASCADE")
    organization_id: UUID
    key: str
    name: str


class ListedRisk(ProgramTable, table=True):
    """A risk of a project of a program, in the orders in which pages of them are read."""

    __tablename__ = "listed_risks"
    __table_args__ = (
        sa.Index("ix_listed_risks_emv", "program_id", "emv", "risk_id"),
        sa.Index("ix_listed_risks_title", "program_id", "title", "risk_id"),
    )

    risk_id: UUID = Field(primary_key=True)
    program_id: UUID = Field(primary_key=True, foreign_key="programs.id", ondelete="CASCADE")
    organization_id: UUID
    project_id: UUID = Field(index=True)
    emv: Decimal = Field(sa_type=NUMBER)
    title: str
