"""The programs and projects that an API token is for; null in both for all that its member may.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_tokens", sa.Column("programs", ARRAY(sa.Uuid)))
    op.add_column("api_tokens", sa.Column("projects", ARRAY(sa.Uuid)))


def downgrade() -> None:
    op.drop_column("api_tokens", "projects")
    op.drop_column("api_tokens", "programs")
