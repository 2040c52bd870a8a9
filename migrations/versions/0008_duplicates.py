"""Decisions about duplicates, and what was merged into what."""

revision = "0008_duplicates"
down_revision = "0007_ingest"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
