"""What curators have typed and not saved yet."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018_editing"
down_revision = "0017_search_speed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "edit_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid()),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("document", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["directory.person.id"],
            name=op.f("fk_edit_draft_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["directory.entry.id"], name=op.f("fk_edit_draft_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edit_draft")),
        sa.UniqueConstraint(
            "person_id",
            "entry_id",
            name=op.f("uq_edit_draft_person_id_entry_id"),
            postgresql_nulls_not_distinct=True,
        ),
        schema="directory",
    )
    op.create_index(op.f("ix_edit_draft_entry_id"), "edit_draft", ["entry_id"], schema="directory")


def downgrade() -> None:
    op.drop_table("edit_draft", schema="directory")
