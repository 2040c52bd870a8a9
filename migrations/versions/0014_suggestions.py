"""Suggestions: what anyone proposes, without an account."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014_suggestions"
down_revision = "0013_second_step"
branch_labels = None
depends_on = None


def words(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.ARRAY(sa.Text()), server_default="{}", nullable=False)


def document(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.JSONB(), server_default="{}", nullable=False)


def tied(column: str, table: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_suggestion_{column}")
    return sa.ForeignKeyConstraint([column], [f"directory.{table}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "suggestion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid()),
        sa.Column("base_version", sa.Integer()),
        document("fields"),
        document("was"),
        sa.Column("note", sa.Text()),
        sa.Column("report_reason", sa.Text()),
        sa.Column("sender_email", sa.Text()),
        words("area_codes"),
        sa.Column("duplicates", sa.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        words("taken_fields"),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decision_note", sa.Text()),
        sa.Column("decisions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("result_entry_id", sa.Uuid()),
        sa.Column("result_version", sa.Integer()),
        sa.Column("before", postgresql.JSONB()),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("what IN ('new', 'change', 'report')", name=op.f("ck_suggestion_what")),
        sa.CheckConstraint(
            "state IN ('waiting', 'accepted', 'part_accepted', 'refused', 'withdrawn')",
            name=op.f("ck_suggestion_state"),
        ),
        sa.CheckConstraint(
            "report_reason IN ('closed', 'wrong_time', 'wrong_contact', 'wrong_place', 'other')",
            name=op.f("ck_suggestion_report_reason"),
        ),
        sa.CheckConstraint("(entry_id IS NULL) = (what = 'new')", name=op.f("ck_suggestion_has_entry")),
        sa.CheckConstraint(
            "(report_reason IS NULL) = (what <> 'report')", name=op.f("ck_suggestion_has_reason")
        ),
        tied("entry_id", "entry", "CASCADE"),
        tied("decided_by", "person", "SET NULL"),
        tied("result_entry_id", "entry", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
        sa.UniqueConstraint("reference", name=op.f("uq_suggestion_reference")),
        schema="directory",
    )
    for column in ("entry_id", "result_entry_id"):
        op.create_index(op.f(f"ix_suggestion_{column}"), "suggestion", [column], schema="directory")
    for name, where in (
        ("ix_suggestion_waiting", "state = 'waiting'"),
        ("ix_suggestion_sender", "sender_email IS NOT NULL"),
    ):
        op.create_index(name, "suggestion", ["made_at"], schema="directory", postgresql_where=sa.text(where))


def downgrade() -> None:
    op.drop_table("suggestion", schema="directory")
