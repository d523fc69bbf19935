"""Sums of projects and programs, kept where they change; and the orders in which pages of them are read."""

import sqlalchemy as sa
from alembic import op

from chassis.migrations import enable_row_level_security

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SUMMED = ("known_budget_lines", "known_actuals", "known_risks", "components")
PROJECTS = """
    INSERT INTO project_sums (project_id, organization_id, currency, bac, contingency, actual, entries, emv, threats, open_risks)
    SELECT project_id, organization_id, currency, sum(bac), sum(contingency), sum(actual), sum(entries), sum(emv), sum(threats), sum(open_risks)
    FROM (
        SELECT project_id, organization_id, currency, amount AS bac, CASE WHEN contingency THEN amount ELSE 0 END AS contingency,
               0 AS actual, 1 AS entries, 0 AS emv, 0 AS threats, 0 AS open_risks
        FROM known_budget_lines
        UNION ALL SELECT project_id, organization_id, currency, 0, 0, amount, 1, 0, 0, 0 FROM known_actuals
        UNION ALL SELECT project_id, organization_id, currency, 0, 0, 0, 0, emv, CASE kind WHEN 'threat' THEN emv ELSE 0 END, 1
        FROM known_risks WHERE is_open
    ) AS amounts
    GROUP BY project_id, organization_id, currency
"""
PROGRAMS = """
    INSERT INTO program_sums (program_id, organization_id, currency, bac, contingency, actual, entries, emv, threats, open_risks)
    SELECT program_id, sums.organization_id, currency, sum(bac), sum(contingency), sum(actual), sum(entries), sum(emv), sum(threats), sum(open_risks)
    FROM components JOIN project_sums AS sums USING (project_id) GROUP BY program_id, sums.organization_id, currency
"""


def upgrade() -> None:
    """Additive; what is known already is summed up once, of every organisation."""
    for table, key in (("project_sums", "project_id"), ("program_sums", "program_id")):
        op.create_table(
            table,
            sa.Column("organization_id", sa.Uuid(), nullable=False),
            *(sa.Column(name, sa.Numeric(), nullable=False) for name in ("bac", "contingency", "actual")),
            sa.Column("entries", sa.BigInteger(), nullable=False),
            *(sa.Column(name, sa.Numeric(), nullable=False) for name in ("emv", "threats")),
            sa.Column("open_risks", sa.BigInteger(), nullable=False),
            sa.Column(key, sa.Uuid(), nullable=False),
            sa.Column("currency", sa.String(), nullable=False),
            sa.PrimaryKeyConstraint(key, "currency", name=f"pk_{table}"),
        )
    op.create_foreign_key(
        "fk_program_sums_program_id", "program_sums", "programs", ["program_id"], ["id"], ondelete="CASCADE"
    )
    op.create_index("ix_known_risks_emv", "known_risks", ["organization_id", "emv", "id"])
    op.create_index("ix_known_projects_key", "known_projects", ["organization_id", "key", "id"])
    for table in SUMMED:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(PROJECTS)
    op.execute(PROGRAMS)
    for table in SUMMED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for table in ("project_sums", "program_sums"):
        enable_row_level_security(table)
