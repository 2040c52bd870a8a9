"""The desk: what waits, who is looking at it, what was done, and how much an entry is used."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011_desk"
down_revision = "0010_accounts"
branch_labels = None
depends_on = None

NOW = sa.text("now()")


def of(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"directory.{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )


def upgrade() -> None:
    make_queue()
    make_records()


def make_queue() -> None:
    op.create_table(
        "desk_item",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("area_codes", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint(
            "kind IN ('duplicate', 'conflict', 'place', 'check', 'web')", name=op.f("ck_desk_item_kind")
        ),
        of("desk_item", "entry_id", "entry", "CASCADE"),
        sa.PrimaryKeyConstraint("kind", "ref", name=op.f("pk_desk_item")),
        schema="directory",
    )
    op.create_index(op.f("ix_desk_item_entry_id"), "desk_item", ["entry_id"], schema="directory")
    op.create_index(
        "ix_desk_item_area_codes", "desk_item", ["area_codes"], schema="directory", postgresql_using="gin"
    )
    op.create_table(
        "desk_mark",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("held_by", sa.Uuid()),
        sa.Column("held_at", sa.DateTime(timezone=True)),
        sa.Column("held_until", sa.DateTime(timezone=True)),
        sa.Column("put_off_until", sa.Date()),
        of("desk_mark", "held_by", "person", "SET NULL"),
        sa.PrimaryKeyConstraint("kind", "ref", name=op.f("pk_desk_mark")),
        schema="directory",
    )


def make_records() -> None:
    op.create_table(
        "desk_deed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("items", postgresql.JSONB(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        of("desk_deed", "person_id", "person", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_deed")),
        schema="directory",
    )
    op.create_index(op.f("ix_desk_deed_person_id"), "desk_deed", ["person_id"], schema="directory")
    op.create_table(
        "entry_use",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        of("entry_use", "entry_id", "entry", "CASCADE"),
        sa.PrimaryKeyConstraint("entry_id", "month", name=op.f("pk_entry_use")),
        schema="directory",
    )
    op.create_table(
        "web_check",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True)),
        sa.Column("problem", sa.Text()),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_web_check")),
        schema="directory",
    )


def downgrade() -> None:
    for table in ("web_check", "entry_use", "desk_deed", "desk_mark", "desk_item"):
        op.drop_table(table, schema="directory")
