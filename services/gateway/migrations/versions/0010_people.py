"""People who come with access tokens: their addresses in whatever case, and the organisations that they are members of.

An address is the same however it is written: the issuer's `Grace@Example.org` is the member `grace@example.org`. What is new is stored in
small letters; what was stored before is found all the same, so nothing has to be written anew.

An organisation shows itself to its members, before they have said that it is the one they want to act in.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


BY_PERSON = """
    subject = (SELECT nullif(current_setting('interlock.subject', true), ''))
    OR (subject IS NULL AND {address} = (SELECT nullif(current_setting('interlock.email', true), '')))
"""
MY_ORGANIZATIONS = """
    CREATE POLICY by_person ON organizations FOR SELECT USING (
        id IN (SELECT organization_id FROM members WHERE removed_at IS NULL AND ({by_person}))
    )
"""


def upgrade() -> None:
    for table in ("members", "invitations"):
        op.create_index(f"ix_{table}_lower_email", table, [sa.text("lower(email)")])
    by_person = BY_PERSON.format(address="lower(email)")
    op.execute(f"ALTER POLICY by_person ON members USING ({by_person})")
    op.execute(MY_ORGANIZATIONS.format(by_person=by_person))


def downgrade() -> None:
    op.execute("DROP POLICY by_person ON organizations")
    op.execute(f"ALTER POLICY by_person ON members USING ({BY_PERSON.format(address='email')})")
    for table in ("members", "invitations"):
        op.drop_index(f"ix_{table}_lower_email", table)
