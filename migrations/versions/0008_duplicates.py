"""Decisions about duplicates, and what was merged into what."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008_duplicates"
down_revision = "0007_ingest"
branch_labels = None
depends_on = None

# The same forms as api/duplicates/contacts.py; a test holds the two together.
CONTACT_SIGN = r"""
CREATE FUNCTION directory.contact_sign(kind text, value text) RETURNS text
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE
    WHEN kind = 'phone' THEN 'phone:' || substring(
      regexp_replace(regexp_replace(lower(btrim(value)), '[a-z#/;,|].*$', ''), '\D', '', 'g')
      FROM '[0-9]{9}$')
    WHEN kind = 'email' THEN 'email:' || substring(
      regexp_replace(lower(btrim(value)), '^mailto:', '') FROM '^.*@.*$')
    WHEN kind IN ('web', 'social') THEN 'web:' || substring(
      rtrim(regexp_replace(regexp_replace(lower(btrim(value)), '^(https?://)?(www\d?\.|m\.)?', ''),
        '[?#].*$|/(index|home|default)\.[a-z]+$', ''), '/')
      FROM '^.*\..*$')
  END
"""
# The beginning and the end of each word: one slip of the finger leaves one of the two as it was.
NAME_KEYS = """
CREATE FUNCTION face.name_keys(name_key text) RETURNS text[]
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN ARRAY(
    SELECT '<' || left(word, 4) FROM unnest(string_to_array(name_key, ' ')) AS word
    UNION SELECT '>' || right(word, 4) FROM unnest(string_to_array(name_key, ' ')) AS word)
"""


def upgrade() -> None:
    op.execute(CONTACT_SIGN)
    op.execute(NAME_KEYS)
    op.execute("CREATE INDEX ix_contact_sign ON directory.contact (directory.contact_sign(kind, value))")
    op.execute("CREATE INDEX entries_name_keys ON face.entries USING gin (face.name_keys(name_key))")
    _make_pairs()
    _make_merges()


def _make_pairs() -> None:
    op.create_table(
        "duplicate_pair",
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("codes", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("speaks_for", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("speaks_against", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("second_name", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_why", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_duplicate_pair_in_order")),
        sa.CheckConstraint("state IN ('open', 'not_duplicate')", name=op.f("ck_duplicate_pair_state")),
        sa.CheckConstraint(
            "state = 'open' OR decided_at IS NOT NULL", name=op.f("ck_duplicate_pair_decided")
        ),
        sa.ForeignKeyConstraint(
            ["first_id"],
            ["directory.entry.id"],
            name=op.f("fk_duplicate_pair_first_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["second_id"],
            ["directory.entry.id"],
            name=op.f("fk_duplicate_pair_second_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_duplicate_pair")),
        schema="directory",
    )
    op.create_index(op.f("ix_duplicate_pair_second_id"), "duplicate_pair", ["second_id"], schema="directory")


def _make_merges() -> None:
    op.create_table(
        "entry_merge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("keep_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("choices", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("keep_version", sa.Integer(), nullable=False),
        sa.Column("merged_version", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_why", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undone_why", sa.Text(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("keep_id <> merged_id", name=op.f("ck_entry_merge_not_itself")),
        sa.ForeignKeyConstraint(
            ["keep_id"], ["directory.entry.id"], name=op.f("fk_entry_merge_keep_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["merged_id"], ["directory.entry.id"], name=op.f("fk_entry_merge_merged_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_merge")),
        schema="directory",
    )
    op.create_index(op.f("ix_entry_merge_keep_id"), "entry_merge", ["keep_id"], schema="directory")
    op.create_index(
        "uq_entry_merge_standing",
        "entry_merge",
        ["merged_id"],
        unique=True,
        schema="directory",
        postgresql_where=sa.text("undone_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("entry_merge", schema="directory")
    op.drop_table("duplicate_pair", schema="directory")
    op.execute("DROP INDEX face.entries_name_keys")
    op.execute("DROP INDEX directory.ix_contact_sign")
    op.execute("DROP FUNCTION face.name_keys(text)")
    op.execute("DROP FUNCTION directory.contact_sign(text, text)")
