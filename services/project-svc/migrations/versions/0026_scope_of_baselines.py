"""What baselines keep of the scope: deliverables, success criteria and links; and what change requests have touched."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from chassis.migrations import enable_row_level_security

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

WORD = sa.String(40)


def upgrade() -> None:
    op.add_column("baselines", sa.Column("success_criteria", sa.String))
    op.add_column("baselines", sa.Column("unrequested", JSONB))
    op.add_column("change_requests", sa.Column("touched", JSONB, nullable=False, server_default="[]"))
    create(
        "baseline_deliverables",
        sa.Column("deliverable_id", sa.Uuid, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("name", "description", "acceptance_criteria")),
    )
    create(
        "baseline_links",
        sa.Column("link_id", sa.Uuid, primary_key=True),
        sa.Column("predecessor_id", sa.Uuid, nullable=False),
        sa.Column("successor_id", sa.Uuid, nullable=False),
        sa.Column("type", WORD, nullable=False),
        sa.Column("lag", sa.BigInteger, nullable=False),
        sa.Column("minutes_per_day", sa.BigInteger, nullable=False),
        sa.Column("lag_calendar", WORD, nullable=False),
    )


def create(table: str, *columns: sa.Column) -> None:
    op.create_table(
        table,
        sa.Column(
            "baseline_id",
            sa.Uuid,
            sa.ForeignKey("baselines.id", ondelete="CASCADE", name=f"fk_{table}_baseline_id"),
            primary_key=True,
        ),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        *columns,
    )
    enable_row_level_security(table)
    op.execute(f"CREATE TRIGGER fixed BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()")
