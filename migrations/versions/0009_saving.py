"""What makes saving quick: folding with fewer steps, lighter compression, room for counts to change."""

from alembic import op

revision = "0009_saving"
down_revision = "0008_duplicates"
branch_labels = None
depends_on = None

# It says what it said before, but leaves single spaces alone: most gaps between words are one.
FOLD = """
CREATE OR REPLACE FUNCTION face.fold(words text) RETURNS text
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN btrim(regexp_replace(
    lower(public.unaccent('public.unaccent'::regdictionary, translate(words, '''’‘`', ''))),
    '{gap}', ' ', 'g'));
"""
COMPRESSED = {
    "face.entries": ("words", "body", "sessions", "card", "detail"),
    "directory.entry": ("description",),
    "directory.revision": ("document",),
}
# lz4 takes a quarter of pglz's time; a server built without it keeps pglz.
COMPRESS = """
DO $$ BEGIN
  ALTER TABLE {table} ALTER COLUMN {column} SET COMPRESSION {method};
EXCEPTION WHEN feature_not_supported THEN NULL;
END $$;
"""


def upgrade() -> None:
    op.execute(FOLD.format(gap="[^[:alnum:] ][^[:alnum:]]*| [^[:alnum:]]+"))
    _compress("lz4")
    # A count that changes stays on its page, so that none of the four indexes hears of it.
    op.execute("ALTER TABLE face.words SET (fillfactor = 50)")


def downgrade() -> None:
    op.execute("ALTER TABLE face.words RESET (fillfactor)")
    _compress("default")
    op.execute(FOLD.format(gap="[^[:alnum:]]+"))


def _compress(method: str) -> None:
    for table, columns in COMPRESSED.items():
        for column in columns:
            op.execute(COMPRESS.format(table=table, column=column, method=method))
