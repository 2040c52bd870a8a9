"""What the map reads: counts of entries in squares, for every zoom."""

revision = "0006_map"
down_revision = "0005_search"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
