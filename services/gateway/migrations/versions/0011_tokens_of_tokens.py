"""Which token an API token was made with, and by whom; which token came of an invitation.

A token that was made with another one ends with it. Of those that are there already it is not known, so they stay as they are.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_tokens", sa.Column("made_by", sa.Uuid))
    op.add_column("api_tokens", sa.Column("made_with", sa.Uuid))
    op.create_index("ix_api_tokens_made_with", "api_tokens", ["made_with"])
    op.add_column("invitations", sa.Column("api_token_id", sa.Uuid))


def downgrade() -> None:
    op.drop_column("invitations", "api_token_id")
    op.drop_column("api_tokens", "made_with")
    op.drop_column("api_tokens", "made_by")
