"""When each project of a program ends, without reading all of its tasks."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_program_schedule_program_id_project_id", "program_schedule", ["program_id", "project_id", "early_finish"]
    )
