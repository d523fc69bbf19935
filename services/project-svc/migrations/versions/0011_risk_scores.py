"""The matrix that a project's risks are scored by, and what of a risk is left after the response."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("projects", sa.Column("risk_matrix", JSONB, nullable=False, server_default="{}"))
    op.add_column("risks", sa.Column("proximity", sa.String(40)))
    op.add_column("risks", sa.Column("residual_probability", sa.Numeric))
    op.add_column("risks", sa.Column("residual_cost_impact", sa.Numeric(22, 4)))
    op.add_column("risks", sa.Column("residual_days_impact", sa.BigInteger))
