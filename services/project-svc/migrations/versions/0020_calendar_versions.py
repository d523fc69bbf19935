"""What a calendar said in each of its versions. Of those before this revision only the last one is known."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from chassis.migrations import enable_row_level_security

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SAID = ("name", "minutes_per_day", "shifts", "exceptions", "holidays", "days_off", "version", "updated_at")


def upgrade() -> None:
    keep_versions_of("calendars", "calendar_versions", "project_id")
    keep_versions_of("shared_calendars", "shared_calendar_versions")


def keep_versions_of(calendars: str, versions: str, *whose: str) -> None:
    op.create_table(
        versions,
        sa.Column(
            "calendar_id",
            sa.Uuid,
            sa.ForeignKey(f"{calendars}.id", ondelete="CASCADE", name=f"fk_{versions}_calendar_id"),
            primary_key=True,
        ),
        sa.Column("version", sa.BigInteger, primary_key=True),
        sa.Column("organization_id", sa.Uuid, nullable=False),
        *(sa.Column(name, sa.Uuid, nullable=False) for name in whose),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("minutes_per_day", sa.BigInteger, nullable=False),
        *(sa.Column(name, JSONB, nullable=False) for name in ("shifts", "exceptions", "days_off")),
        sa.Column("holidays", JSONB),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )
    same = ", ".join(("organization_id", *whose, "revision", *SAID))
    op.execute(f"ALTER TABLE {calendars} NO FORCE ROW LEVEL SECURITY")  # the owner copies those of every organisation
    op.execute(f"INSERT INTO {versions} (calendar_id, {same}) SELECT id, {same} FROM {calendars}")  # noqa: S608  (names of our own)
    op.execute(f"ALTER TABLE {calendars} FORCE ROW LEVEL SECURITY")
    enable_row_level_security(versions)
    op.execute(f"CREATE TRIGGER fixed BEFORE UPDATE ON {versions} FOR EACH ROW EXECUTE FUNCTION refuse_change()")


def downgrade() -> None:
    op.drop_table("shared_calendar_versions")
    op.drop_table("calendar_versions")
