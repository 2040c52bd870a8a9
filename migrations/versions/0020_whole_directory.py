"""What a list of the whole directory reads: how many entries have each value and each two, and its orders."""

from alembic import op

revision = "0020_whole_directory"
down_revision = "0019_uploads"
branch_labels = None
depends_on = None

# Filled when the face is worked out anew, which follows every change of version.
TALLIES = """
CREATE TABLE face.tallies (
  value text NOT NULL,
  beside text NOT NULL,
  entries integer NOT NULL,
  PRIMARY KEY (value, beside)
);
COMMENT ON TABLE face.tallies IS
  'How many entries that are not closed have `value` (group:value as in facets, area:code, or '''' for all) '
  'and `beside` it another value of facets; beside '''': how many have the value at all.';
"""
ORDERS = """
CREATE INDEX entries_by_name ON face.entries (name_key, id) INCLUDE (due_on, checked_on, kind)
  WHERE state <> 'closed';
CREATE INDEX entries_by_check ON face.entries (checked_on DESC NULLS LAST) WHERE state <> 'closed';
"""
FILTERS = """
CREATE INDEX entries_filters ON face.entries USING gin (areas, facets);
DROP INDEX face.entries_areas;
"""


def upgrade() -> None:
    for part in (TALLIES, ORDERS, FILTERS):
        op.execute(part)


def downgrade() -> None:
    op.execute("CREATE INDEX entries_areas ON face.entries USING gin (areas)")
    op.execute("DROP INDEX face.entries_filters, face.entries_by_check, face.entries_by_name")
    op.execute("DROP TABLE face.tallies")
