"""Synonyms, stop words, search counts, and the news that something waits to be indexed."""

import sqlalchemy as sa
from alembic import op

revision = "0003_search"
down_revision = "0002_face"
branch_labels = None
depends_on = None

# Sent when the transaction commits: the worker hears of a save at once, and a rollback says nothing.
NEWS = """
CREATE FUNCTION directory.tell_of_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('outbox', '');
  RETURN NULL;
END $$;
CREATE TRIGGER tell_of_outbox AFTER INSERT ON directory.outbox
  FOR EACH STATEMENT EXECUTE FUNCTION directory.tell_of_outbox();
"""

VIEWS = """
CREATE VIEW face.synonyms AS SELECT id, words, one_way_from FROM directory.synonym_group;
CREATE VIEW face.stop_words AS SELECT word FROM directory.stop_word;
CREATE VIEW face.waiting AS SELECT count(*) AS rows, min(made_at) AS oldest_at FROM directory.outbox;
CREATE INDEX entries_everywhere ON face.entries (id) WHERE everywhere;
CREATE INDEX entries_nowhere ON face.entries USING gin (areas) WHERE point IS NULL AND NOT has_coverage;
"""


def upgrade() -> None:
    op.create_table(
        "synonym_group",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("words", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("one_way_from", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_synonym_group"),
        schema="directory",
    )
    op.create_table(
        "stop_word",
        sa.Column("word", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("word", name="pk_stop_word"),
        schema="directory",
    )
    op.create_table(
        "search_count",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), server_default="", nullable=False),
        sa.Column("results", sa.Integer(), nullable=False),
        sa.Column("searches", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("searches > 0", name=op.f("ck_search_count_searches")),
        sa.PrimaryKeyConstraint("id", name="pk_search_count"),
        sa.UniqueConstraint("day", "words", "district", name="uq_search_count_day_words_district"),
        schema="directory",
    )
    op.execute(NEWS)
    op.execute(VIEWS)


def downgrade() -> None:
    for index in ("entries_nowhere", "entries_everywhere"):
        op.execute(f"DROP INDEX face.{index}")
    for view in ("waiting", "stop_words", "synonyms"):
        op.execute(f"DROP VIEW face.{view}")
    op.execute("DROP TRIGGER tell_of_outbox ON directory.outbox")
    op.execute("DROP FUNCTION directory.tell_of_outbox()")
    for table in ("search_count", "stop_word", "synonym_group"):
        op.drop_table(table, schema="directory")
