"""What imports keep: how runs ended, what changed, what was before, conflicts, saved mappings and feeds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007_ingest"
down_revision = "0006_map"
branch_labels = None
depends_on = None

FATES = "fate IN ('new', 'changed', 'unchanged', 'refused', 'gone'"
# The columns that tell the rows of a table apart.
ROW_IDS = {
    "organisation": "id",
    "place": "id",
    "entry": "id",
    "old_slug": "slug",
    "coverage": "id",
    "session": "id",
    "contact": "id",
    "entry_check": "id",
    "link": "id",
    "timebank_facts": "entry_id",
    "mutual_aid_facts": "entry_id",
    "drop_in_facts": "entry_id",
    "micro_enterprise_facts": "entry_id",
    "transport_facts": "entry_id",
    "source_row": "source_code, row_key",
    "ingest_conflict": "id",
}
# These go with a new entry when it goes: their new rows are of interest only under an older entry.
PART_OF_ENTRY = {
    name: "from_id" if name == "link" else "entry_id"
    for name in ROW_IDS
    if name not in ("organisation", "place", "entry")
}

REMEMBER = """
CREATE FUNCTION directory.remember_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format(
    'INSERT INTO directory.ingest_before (run_id, table_name, row_id, op) '
    'SELECT current_setting(''hereabouts.ingest_run'')::uuid, %L, ROW(%s)::text, ''added'' FROM added a %s',
    TG_TABLE_NAME, TG_ARGV[0],
    CASE WHEN TG_ARGV[1] <> '' THEN format(
      'WHERE EXISTS (SELECT FROM directory.entry e WHERE e.id = a.%I AND e.created_at < now())', TG_ARGV[1])
    ELSE '' END);
  RETURN NULL;
END $$;
CREATE FUNCTION directory.remember_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format(
    'INSERT INTO directory.ingest_before (run_id, table_name, row_id, op, before, after) '
    'SELECT current_setting(''hereabouts.ingest_run'')::uuid, %L, ROW(%s)::text, ''changed'', '
    'o::text, n::text FROM removed o JOIN added n USING (%s) WHERE o::text <> n::text',
    TG_TABLE_NAME, TG_ARGV[0], TG_ARGV[0]);
  RETURN NULL;
END $$;
CREATE FUNCTION directory.remember_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format(
    'INSERT INTO directory.ingest_before (run_id, table_name, row_id, op, before) '
    'SELECT current_setting(''hereabouts.ingest_run'')::uuid, %L, ROW(%s)::text, ''removed'', o::text '
    'FROM removed o', TG_TABLE_NAME, TG_ARGV[0]);
  RETURN NULL;
END $$;
"""
TRIGGERS = """
CREATE TRIGGER remember_added AFTER INSERT ON directory.{table} REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT WHEN (current_setting('hereabouts.ingest_run', true) <> '')
  EXECUTE FUNCTION directory.remember_added('{row_id}', '{part_of}');
CREATE TRIGGER remember_changed AFTER UPDATE ON directory.{table}
  REFERENCING OLD TABLE AS removed NEW TABLE AS added
  FOR EACH STATEMENT WHEN (current_setting('hereabouts.ingest_run', true) <> '')
  EXECUTE FUNCTION directory.remember_changed('{row_id}');
CREATE TRIGGER remember_removed AFTER DELETE ON directory.{table} REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT WHEN (current_setting('hereabouts.ingest_run', true) <> '')
  EXECUTE FUNCTION directory.remember_removed('{row_id}');
"""


def _when(name: str, *, needed: bool = False) -> sa.Column[sa.DateTime]:
    default = sa.text("now()") if needed else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=not needed)


def _json(name: str, *, default: str | None = None) -> sa.Column[postgresql.JSONB]:
    return sa.Column(name, postgresql.JSONB(), server_default=default, nullable=default is None)


def upgrade() -> None:
    _change_tables()
    _make_tables()
    _make_small_tables()
    op.execute(REMEMBER)
    for table, row_id in ROW_IDS.items():
        op.execute(TRIGGERS.format(table=table, row_id=row_id, part_of=PART_OF_ENTRY.get(table, "")))


def _change_tables() -> None:
    add = op.add_column
    add("source", sa.Column("may_vanish", sa.Float()), schema="directory")
    add(
        "source",
        sa.Column("canaries", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        schema="directory",
    )
    add(
        "source", sa.Column("when_gone", sa.Text(), server_default="keep", nullable=False), schema="directory"
    )
    _check("source", "when_gone", "when_gone IN ('keep', 'close', 'archive')")
    _check("source", "may_vanish", "may_vanish BETWEEN 0 AND 1")
    op.drop_column("source_row", "last_seen_at", schema="directory")
    add(
        "source_row", sa.Column("row_print", sa.Text(), server_default="", nullable=False), schema="directory"
    )
    add("source_row", sa.Column("version", sa.Integer()), schema="directory")
    add("source_row", _json("document"), schema="directory")
    add("source_row", _json("problems", default="[]"), schema="directory")
    add("source_row", _when("gone_at"), schema="directory")
    add(
        "ingest_run", sa.Column("state", sa.Text(), server_default="done", nullable=False), schema="directory"
    )
    for name in ("note", "read_as", "mapping"):
        add("ingest_run", sa.Column(name, sa.Text()), schema="directory")
    _check("ingest_run", "state", "state IN ('running', 'done', 'refused', 'stopped', 'undone')")
    op.drop_constraint("ck_ingest_row_fate", "ingest_row", schema="directory")
    _check("ingest_row", "fate", FATES + ", 'conflict')")
    add("ingest_row", sa.Column("name", sa.Text()), schema="directory")
    add("ingest_row", sa.Column("version", sa.Integer()), schema="directory")
    add("ingest_row", _json("changes", default="[]"), schema="directory")
    add(
        "ingest_row",
        sa.Column("looks_like", sa.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
        schema="directory",
    )
    op.create_index("ix_ingest_row_entry_id", "ingest_row", ["entry_id"], schema="directory")


def _check(table: str, name: str, rule: str) -> None:
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule, schema="directory")


def _make_tables() -> None:
    op.create_table(
        "ingest_conflict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_code", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        _json("ours"),
        _json("theirs"),
        _when("made_at", needed=True),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_by", sa.Text()),
        _when("answered_at"),
        sa.CheckConstraint(
            "answer IN ('source', 'ours', 'withdrawn')", name=op.f("ck_ingest_conflict_answer")
        ),
        sa.ForeignKeyConstraint(
            ["source_code"], ["directory.source.code"], name="fk_ingest_conflict_source_code"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["directory.ingest_run.id"], name="fk_ingest_conflict_run_id"),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["directory.entry.id"], name="fk_ingest_conflict_entry_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ingest_conflict"),
        schema="directory",
    )
    for column in ("source_code", "entry_id"):
        op.create_index(f"ix_ingest_conflict_{column}", "ingest_conflict", [column], schema="directory")
    op.create_table(
        "ingest_before",
        sa.Column("seq", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Text(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.PrimaryKeyConstraint("seq", name="pk_ingest_before"),
        schema="directory",
    )
    op.create_index("ix_ingest_before_run", "ingest_before", ["run_id", "table_name"], schema="directory")


def _make_small_tables() -> None:
    op.create_table(
        "mapping",
        sa.Column("name", sa.Text(), nullable=False),
        _json("document", default="{}"),
        _when("made_at", needed=True),
        _when("changed_at", needed=True),
        sa.PrimaryKeyConstraint("name", name="pk_mapping"),
        schema="directory",
    )
    op.create_table(
        "feed",
        sa.Column("source_code", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("read_as", sa.Text(), nullable=False),
        sa.Column("every_minutes", sa.Integer(), nullable=False),
        _when("next_at", needed=True),
        _when("tried_at"),
        _when("succeeded_at"),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("paused", sa.Text()),
        sa.CheckConstraint("every_minutes BETWEEN 5 AND 525600", name=op.f("ck_feed_every")),
        sa.ForeignKeyConstraint(["source_code"], ["directory.source.code"], name="fk_feed_source_code"),
        sa.PrimaryKeyConstraint("source_code", name="pk_feed"),
        schema="directory",
    )


def downgrade() -> None:
    for table in ROW_IDS:
        for what in ("added", "changed", "removed"):
            op.execute(f"DROP TRIGGER remember_{what} ON directory.{table}")
    for what in ("added", "changed", "removed"):
        op.execute(f"DROP FUNCTION directory.remember_{what}()")
    for table in ("feed", "mapping", "ingest_before", "ingest_conflict"):
        op.drop_table(table, schema="directory")
    op.drop_index("ix_ingest_row_entry_id", "ingest_row", schema="directory")
    op.execute("UPDATE directory.ingest_row SET fate = 'refused' WHERE fate = 'conflict'")
    op.drop_constraint("ck_ingest_row_fate", "ingest_row", schema="directory")
    _check("ingest_row", "fate", FATES + ")")
    for column in ("looks_like", "changes", "version", "name"):
        op.drop_column("ingest_row", column, schema="directory")
    op.execute("DELETE FROM directory.ingest_run WHERE state <> 'done'")
    op.drop_constraint("ck_ingest_run_state", "ingest_run", schema="directory")
    for column in ("mapping", "read_as", "note", "state"):
        op.drop_column("ingest_run", column, schema="directory")
    for column in ("gone_at", "problems", "document", "version", "row_print"):
        op.drop_column("source_row", column, schema="directory")
    op.add_column("source_row", _when("last_seen_at", needed=True), schema="directory")
    op.alter_column("source_row", "last_seen_at", server_default=None, schema="directory")
    for check in ("when_gone", "may_vanish"):
        op.drop_constraint(f"ck_source_{check}", "source", schema="directory")
    for column in ("when_gone", "canaries", "may_vanish"):
        op.drop_column("source", column, schema="directory")
