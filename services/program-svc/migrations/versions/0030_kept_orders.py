"""The projects and risks of programs in the orders in which pages of them are read."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import enable_row_level_security

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

KNOWN = ("components", "known_projects", "known_risks")
PROJECTS = """
    INSERT INTO listed_projects (program_id, project_id, organization_id, key, name)
    SELECT components.program_id, known.id, known.organization_id, known.key, known.name
    FROM components JOIN known_projects AS known ON known.id = components.project_id
"""
RISKS = """
    INSERT INTO listed_risks (program_id, risk_id, organization_id, project_id, emv, title)
    SELECT components.program_id, known.id, known.organization_id, known.project_id, known.emv, known.title
    FROM components JOIN known_risks AS known ON known.project_id = components.project_id
"""


def upgrade() -> None:
    """Additive; what is known already is listed once, of every organisation."""
    for table, listed, columns in (
        ("listed_projects", "project_id", (sa.Column("key", sa.String(), nullable=False), _name("name"))),
        (
            "listed_risks",
            "risk_id",
            (_id("project_id"), sa.Column("emv", sa.Numeric(), nullable=False), _name("title")),
        ),
    ):
        program = sa.ForeignKey("programs.id", name=f"fk_{table}_program_id", ondelete="CASCADE")
        op.create_table(
            table,
            _id("organization_id"),
            sa.Column("program_id", sa.Uuid(), program, nullable=False),
            _id(listed),
            *columns,
            sa.PrimaryKeyConstraint(listed, "program_id", name=f"pk_{table}"),
        )
    for table, orders in (("listed_projects", ("key", "name")), ("listed_risks", ("emv", "title"))):
        for order in orders:
            listed = "project_id" if table == "listed_projects" else "risk_id"
            op.create_index(f"ix_{table}_{order}", table, ["program_id", order, listed])
    op.create_index("ix_listed_risks_project_id", "listed_risks", ["project_id"])
    for table in KNOWN:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(PROJECTS)
    op.execute(RISKS)
    for table in KNOWN:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for table in ("listed_projects", "listed_risks"):
        enable_row_level_security(table)


def _id(name: str) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=False)


def _name(name: str) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False)
