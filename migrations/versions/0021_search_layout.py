"""What a search reads of an entry stands in its row, and no way of saying a word is asked twice."""

from alembic import op

revision = "0021_search_layout"
down_revision = "0020_whole_directory"
branch_labels = None
depends_on = None

READ = ("facets", "near", "areas", "serves")
# The card is read for a page alone, what READ names for every entry that has the words: out of line each
# would be a look-up of its own. Written again, they move in.
LAYOUT = f"""
ALTER TABLE face.entries SET (toast_tuple_target = 2048);
ALTER TABLE face.entries ALTER card SET STORAGE EXTENDED,
  {", ".join(f"ALTER {column} SET STORAGE MAIN" for column in READ)};
UPDATE face.entries SET {", ".join(f"{column} = {column} || '{{}}'" for column in READ)};
"""
OLD_LAYOUT = f"""
ALTER TABLE face.entries SET (toast_tuple_target = 3072);
ALTER TABLE face.entries ALTER card SET STORAGE MAIN,
  {", ".join(f"ALTER {column} SET STORAGE EXTENDED" for column in READ)};
"""
# Text of a tsquery is exact; a phrase that has another in it says no more than the other.
ANY_PHRASE = """
CREATE OR REPLACE FUNCTION face.any_phrase(phrases text[], start text) RETURNS tsquery
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  said text[] := ARRAY(
    SELECT DISTINCT phraseto_tsquery('face.plain_english', phrase)::text FROM unnest(phrases) AS phrase);
  found tsquery := coalesce((
    SELECT string_agg(one, ' | ' ORDER BY one) FROM unnest(said) AS one
    WHERE one <> '' AND NOT EXISTS (
      SELECT FROM unnest(said) AS shorter WHERE shorter <> '' AND shorter <> one AND strpos(one, shorter) > 0
    )), '')::tsquery;
BEGIN
  IF start IS NOT NULL THEN
    found := found || to_tsquery('face.plain_english', start);
  END IF;
  RETURN found;
END $$;
"""
OLD_ANY_PHRASE = """
CREATE OR REPLACE FUNCTION face.any_phrase(phrases text[], start text) RETURNS tsquery
  LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  found tsquery := '';
  phrase text;
BEGIN
  FOREACH phrase IN ARRAY phrases LOOP
    found := found || phraseto_tsquery('face.plain_english', phrase);
  END LOOP;
  IF start IS NOT NULL THEN
    found := found || to_tsquery('face.plain_english', start);
  END IF;
  RETURN found;
END $$;
"""


def upgrade() -> None:
    op.execute(LAYOUT)
    op.execute(ANY_PHRASE)


def downgrade() -> None:
    op.execute(OLD_ANY_PHRASE)
    op.execute(OLD_LAYOUT)
