"""What search reads to be fast at any size."""

revision = "0005_search"
down_revision = "0004_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
