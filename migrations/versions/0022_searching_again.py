"""What searches ask again and again: a number tells when words and places change; ids are found by hash."""

from alembic import op

revision = "0022_searching_again"
down_revision = "0021_search_layout"
branch_labels = None
depends_on = None

READ_FROM = (
    "face.words",
    "directory.term",
    "directory.synonym_group",
    "directory.stop_word",
    "directory.area",
    "gazetteer.settlement",
    "gazetteer.postcode",
    "gazetteer.postcode_group",
)
# A row for each, so that none waits for a long load of another.
EDITIONS = """
CREATE TABLE face.editions (what text PRIMARY KEY, edition bigint NOT NULL);
COMMENT ON TABLE face.editions IS
  'How often each table that searches read words and places from may have changed: the sum is an edition.';
CREATE FUNCTION directory.next_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE face.editions SET edition = edition + 1 WHERE what = TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME;
  RETURN NULL;
END $$;
"""
# Hundreds of entries that Meilisearch found are looked up by their ids: half the pages of the tree each.
BY_ID = "CREATE INDEX entries_by_id ON face.entries USING hash (id)"


def upgrade() -> None:
    op.execute(BY_ID)
    op.execute(EDITIONS)
    for table in READ_FROM:
        op.execute(f"INSERT INTO face.editions VALUES ('{table}', 1)")
        op.execute(
            f"CREATE TRIGGER next_edition AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION directory.next_edition()"
        )


def downgrade() -> None:
    for table in READ_FROM:
        op.execute(f"DROP TRIGGER next_edition ON {table}")
    op.execute("DROP FUNCTION directory.next_edition()")
    op.execute("DROP TABLE face.editions")
    op.execute("DROP INDEX face.entries_by_id")
