"""Files handed in on the page of imports, on their way into the directory."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0019_uploads"
down_revision = "0018_editing"
branch_labels = None
depends_on = None

NOW = sa.text("now()")


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("source_code", sa.Text(), nullable=False),
        sa.Column("mapping", JSONB()),
        sa.Column("options", JSONB(), server_default="{}", nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rows_done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("problem", sa.Text()),
        sa.Column("notes", JSONB(), server_default="[]", nullable=False),
        sa.Column("run_id", sa.Uuid()),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("task IN ('look', 'try', 'apply')", name=op.f("ck_upload_task")),
        sa.CheckConstraint(
            "state IN ('waiting', 'working', 'mapped', 'tried', 'applied', 'failed')",
            name=op.f("ck_upload_state"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["directory.person.id"], name=op.f("fk_upload_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["directory.ingest_run.id"], name=op.f("fk_upload_run_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        schema="directory",
    )


def downgrade() -> None:
    op.drop_table("upload", schema="directory")
