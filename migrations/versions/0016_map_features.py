"""What a tile or a feature tells of an entry stands in the map's own indexes, beside where it is."""

from alembic import op

revision = "0016_map_features"
down_revision = "0015_checks"
branch_labels = None
depends_on = None

TOLD = "slug, name, precision"
INDEXES = """
DROP INDEX face.entries_square, face.entries_in_turn;
CREATE INDEX entries_square ON face.entries (square) INCLUDE ({by_square})
  WHERE square IS NOT NULL AND state <> 'closed';
CREATE INDEX entries_in_turn ON face.entries (id) INCLUDE ({in_turn})
  WHERE square IS NOT NULL AND state <> 'closed';
"""


def upgrade() -> None:
    op.execute(INDEXES.format(by_square=f"lon, lat, kind, id, {TOLD}", in_turn=f"lon, lat, kind, {TOLD}"))


def downgrade() -> None:
    op.execute(INDEXES.format(by_square="lon, lat, kind, id", in_turn="lon, lat, kind"))
