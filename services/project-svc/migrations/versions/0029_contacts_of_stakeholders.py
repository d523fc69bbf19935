"""When a stakeholder was last told how the project stands."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stakeholders", sa.Column("last_contact_on", sa.Date, nullable=True))
