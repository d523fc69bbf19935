"""A dependency's own threshold and its delivery; a history that grows and is never rewritten."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Additive: without a threshold of its own the program's counts, as before."""
    op.add_column("dependencies", sa.Column("margin_threshold", sa.BigInteger(), nullable=True))
    op.add_column("dependencies", sa.Column("delivered_by", sa.String(), nullable=True))
    op.add_column("dependencies", sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("dependencies", sa.Column("delivery_evidence", sa.String(), nullable=True))
    op.execute("""
        CREATE FUNCTION refuse_rewritten_history() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.history IS DISTINCT FROM (
                SELECT coalesce(jsonb_agg(step ORDER BY place), '[]'::jsonb)
                FROM jsonb_array_elements(NEW.history) WITH ORDINALITY AS told(step, place)
                WHERE place <= jsonb_array_length(OLD.history)
            ) THEN
                RAISE EXCEPTION 'the history of a dependency is only added to' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END
        $$
    """)
    op.execute("""
        CREATE TRIGGER history_is_only_added_to BEFORE UPDATE OF history ON dependencies
        FOR EACH ROW WHEN (OLD.history IS DISTINCT FROM NEW.history) EXECUTE FUNCTION refuse_rewritten_history()
    """)
