"""Codes for the day the phone is lost, and letters that are sent as soon as they are written."""

import sqlalchemy as sa
from alembic import op

revision = "0013_second_step"
down_revision = "0012_notices"
branch_labels = None
depends_on = None

TELL = """
CREATE FUNCTION directory.tell_of_mail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('mail', '');
  RETURN NULL;
END $$;
CREATE TRIGGER tell_of_mail AFTER INSERT ON directory.mail
  FOR EACH STATEMENT EXECUTE FUNCTION directory.tell_of_mail();
"""


def upgrade() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["directory.person.id"],
            name=op.f("fk_recovery_code_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "code_hash", name=op.f("pk_recovery_code")),
        schema="directory",
    )
    op.execute(TELL)


def downgrade() -> None:
    op.execute("DROP TRIGGER tell_of_mail ON directory.mail")
    op.execute("DROP FUNCTION directory.tell_of_mail()")
    op.drop_table("recovery_code", schema="directory")
