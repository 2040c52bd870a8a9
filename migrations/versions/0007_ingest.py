"""What imports keep: runs, the fate of every row, saved mappings and feeds."""

revision = "0007_ingest"
down_revision = "0006_map"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
