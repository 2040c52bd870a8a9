"""People with accounts, what lies in what, and the mail we send."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010_accounts"
down_revision = "0009_saving"
branch_labels = None
depends_on = None

NOW = sa.text("now()")
# All areas an entry is in or serves, and the areas those lie in: who may look after it.
ENTRY_AREA = """
CREATE VIEW directory.entry_area AS
SELECT DISTINCT found.entry_id, within.within_code AS area_code FROM (
  SELECT e.id AS entry_id, unnest(p.area_codes) AS code
  FROM directory.entry e JOIN directory.place p ON p.id = e.place_id
  UNION ALL SELECT e.id, a.code
  FROM directory.entry e JOIN directory.place p ON p.id = e.place_id
  JOIN directory.area a ON ST_Covers(a.shape, p.point)
  UNION ALL SELECT c.entry_id, c.area_code FROM directory.coverage c WHERE c.area_code IS NOT NULL
  UNION ALL SELECT c.entry_id, a.code
  FROM directory.coverage c
  JOIN directory.area a ON ST_Covers(a.shape, coalesce(c.centre, ST_PointOnSurface(c.shape)))
  WHERE c.how <> 'area') found
JOIN directory.area_within within ON within.area_code = found.code
"""
WITHIN = """
INSERT INTO directory.area_within (area_code, within_code)
SELECT a.code, b.code FROM directory.area a JOIN directory.area b
  ON a.code = b.code
  OR a.shape && b.shape AND a.size_km2 <= b.size_km2 * 1.05
    AND ST_Area(ST_Intersection(a.shape, b.shape)) >= 0.9 * ST_Area(a.shape)
"""


def made(name: str = "made_at") -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=NOW, nullable=False)


def moment(name: str, *, needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not needed)


def of_person(table: str, *, name: str = "person_id", needed: bool = True) -> tuple[object, object]:
    return (
        sa.Column(name, sa.Uuid(), nullable=not needed),
        sa.ForeignKeyConstraint(
            [name],
            ["directory.person.id"],
            name=op.f(f"fk_{table}_{name}"),
            ondelete="CASCADE" if name == "person_id" else "SET NULL",
        ),
    )


def index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), schema="directory")


def upgrade() -> None:
    make_people()
    make_ways_in()
    make_limits_and_keys()
    make_mail()
    op.add_column(
        "revision",
        sa.Column(
            "person_id",
            sa.Uuid(),
            server_default=sa.text("nullif(current_setting('hereabouts.person', true), '')::uuid"),
            nullable=True,
        ),
        schema="directory",
    )
    op.create_foreign_key(
        op.f("fk_revision_person_id"),
        "revision",
        "person",
        ["person_id"],
        ["id"],
        source_schema="directory",
        referent_schema="directory",
        ondelete="SET NULL",
    )
    make_areas_within()


def make_people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column("totp_secret", sa.Text()),
        moment("totp_on_at"),
        sa.Column("totp_last_step", sa.Integer()),
        sa.Column("oidc_subject", sa.Text()),
        made(),
        moment("closed_at"),
        sa.Column("is_example", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email_key", name=op.f("uq_person_email_key")),
        sa.UniqueConstraint("oidc_subject", name=op.f("uq_person_oidc_subject")),
        schema="directory",
    )
    op.create_table(
        "person_role",
        sa.Column("id", sa.Uuid(), nullable=False),
        *of_person("person_role"),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text()),
        sa.CheckConstraint(
            "role IN ('navigator', 'curator', 'coordinator', 'admin')", name=op.f("ck_person_role_role")
        ),
        sa.CheckConstraint(
            "role <> 'admin' OR area_code IS NULL", name=op.f("ck_person_role_admin_everywhere")
        ),
        sa.ForeignKeyConstraint(
            ["area_code"], ["directory.area.code"], name=op.f("fk_person_role_area_code"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_role")),
        sa.UniqueConstraint(
            "person_id",
            "role",
            "area_code",
            name=op.f("uq_person_role_person_id_role_area_code"),
            postgresql_nulls_not_distinct=True,
        ),
        schema="directory",
    )
    index("person_role", "area_code")
    op.create_table(
        "account_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        *of_person("account_event"),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(), server_default="{}", nullable=False),
        *of_person("account_event", name="made_by", needed=False),
        made(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_event")),
        schema="directory",
    )
    index("account_event", "person_id")


def make_ways_in() -> None:
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        *of_person("sign_in"),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text()),
        made(),
        made("seen_at"),
        moment("expires_at", needed=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
        schema="directory",
    )
    index("sign_in", "person_id")
    op.create_table(
        "ticket",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        *of_person("ticket", needed=False),
        sa.Column("entry_id", sa.Uuid()),
        sa.Column("data", postgresql.JSONB(), server_default="{}", nullable=False),
        made(),
        moment("expires_at", needed=True),
        moment("used_at"),
        sa.CheckConstraint(
            "purpose IN ('sign_in', 'invite', 'reset', 'still_right', 'claim', 'outcome')",
            name=op.f("ck_ticket_purpose"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["directory.entry.id"], name=op.f("fk_ticket_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_ticket")),
        schema="directory",
    )
    index("ticket", "person_id")
    index("ticket", "entry_id")


def make_limits_and_keys() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        made(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        schema="directory",
    )
    op.create_index("ix_attempt_what_subject", "attempt", ["what", "subject", "made_at"], schema="directory")
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        *of_person("api_token"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        made(),
        moment("expires_at", needed=True),
        moment("seen_at"),
        moment("ended_at"),
        sa.CheckConstraint("scopes <@ ARRAY['read', 'suggest', 'edit']", name=op.f("ck_api_token_scopes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
        schema="directory",
    )
    index("api_token", "person_id")


def make_mail() -> None:
    op.create_table(
        "mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text()),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("to_address", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Uuid()),
        made(),
        made("next_at"),
        moment("sent_at"),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text()),
        moment("bounced_at"),
        sa.Column("held", sa.Text()),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["directory.entry.id"], name=op.f("fk_mail_entry_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_key")),
        schema="directory",
    )
    index("mail", "entry_id")
    op.create_index(
        "ix_mail_waiting",
        "mail",
        ["next_at"],
        schema="directory",
        postgresql_where=sa.text("sent_at IS NULL AND held IS NULL AND bounced_at IS NULL"),
    )


def make_areas_within() -> None:
    op.create_table(
        "area_within",
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("within_code", sa.Text(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], ["directory.area.code"], name=op.f(f"fk_area_within_{column}"), ondelete="CASCADE"
            )
            for column in ("area_code", "within_code")
        ),
        sa.PrimaryKeyConstraint("area_code", "within_code", name=op.f("pk_area_within")),
        schema="directory",
    )
    index("area_within", "within_code")
    op.execute(WITHIN)
    op.execute(ENTRY_AREA)


def downgrade() -> None:
    op.execute("DROP VIEW directory.entry_area")
    op.drop_column("revision", "person_id", schema="directory")
    for table in (
        "area_within", "mail", "api_token", "attempt", "ticket", "sign_in", "account_event", "person_role",
        "person",
    ):  # fmt: skip
        op.drop_table(table, schema="directory")
