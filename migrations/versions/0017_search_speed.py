"""What makes searching quick: all the ways of saying a word as one question, worked out once a statement."""

from alembic import op

revision = "0017_search_speed"
down_revision = "0016_map_features"
branch_labels = None
depends_on = None

ANY_PHRASE = """
CREATE FUNCTION face.any_phrase(phrases text[], start text) RETURNS tsquery
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
COMMENT ON FUNCTION face.any_phrase IS
  'What has any of these phrases, or a word that begins as `start` (a tsquery such as ''gard:*'') says.';
"""


def upgrade() -> None:
    op.execute(ANY_PHRASE)


def downgrade() -> None:
    op.execute("DROP FUNCTION face.any_phrase(text[], text)")
