"""What search reads to be fast at any size: words kept in the row, and one index of words and whereabouts."""

from alembic import op

revision = "0005_search"
down_revision = "0004_jobs"
branch_labels = None
depends_on = None

# Words are read for every entry that is ranked: kept in the row, where the long texts beside them are not.
# A row of 3 kB has room for them and for the card; at PostgreSQL's usual 2 kB one would go out of line.
UP = """
ALTER TABLE face.entries SET (toast_tuple_target = 3072);
ALTER TABLE face.entries ALTER COLUMN words SET STORAGE MAIN;
ALTER TABLE face.entries ADD COLUMN near text[] NOT NULL DEFAULT '{}';
ALTER TABLE face.entries ADD COLUMN facets text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN face.entries.facets IS 'Every value that a list counts, as group:value.';
COMMENT ON COLUMN face.entries.near IS
  'Keys of where it may be of use (api.face.near); `hereabouts face rebuild` fills them for older entries.';
DROP INDEX face.entries_everywhere, face.entries_nowhere, face.entries_serves, face.entries_coverage;
DROP INDEX face.entries_words;
CREATE INDEX entries_words ON face.entries USING gin (words, near);
"""
DOWN = """
DROP INDEX face.entries_words;
CREATE INDEX entries_words ON face.entries USING gin (words);
CREATE INDEX entries_coverage ON face.entries USING gist (coverage);
CREATE INDEX entries_serves ON face.entries USING gin (serves);
CREATE INDEX entries_nowhere ON face.entries USING gin (areas) WHERE point IS NULL AND NOT has_coverage;
CREATE INDEX entries_everywhere ON face.entries (id) WHERE everywhere;
ALTER TABLE face.entries DROP COLUMN near, DROP COLUMN facets;
ALTER TABLE face.entries ALTER COLUMN words SET STORAGE EXTENDED;
ALTER TABLE face.entries RESET (toast_tuple_target);
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    op.execute(DOWN)
