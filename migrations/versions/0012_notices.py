"""Notices for areas, with a start and an end."""

import sqlalchemy as sa
from alembic import op

revision = "0012_notices"
down_revision = "0011_desk"
branch_labels = None
depends_on = None

# Who wrote it stays inside. A notice for an area is one for all that lies in it (`reaches`).
VIEW = """
CREATE VIEW face.notices AS
  SELECT n.id, n.title, n.body, n.link, n.area_codes, n.starts_at, n.ends_at,
         ARRAY(SELECT w.area_code FROM directory.area_within w WHERE w.within_code = ANY (n.area_codes)
               ORDER BY 1) AS reaches
  FROM directory.notice n WHERE n.ended_at IS NULL
"""


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("link", sa.Text()),
        sa.Column("area_codes", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_notice_in_order")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["directory.person.id"], name=op.f("fk_notice_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        schema="directory",
    )
    op.execute(VIEW)


def downgrade() -> None:
    op.execute("DROP VIEW face.notices")
    op.drop_table("notice", schema="directory")
