"""When a kind is due for a check, the log of contact attempts, letters to those who run entries, owners."""

import sqlalchemy as sa
from alembic import op

revision = "0011_checks"
down_revision = "0010_accounts"
branch_labels = None
depends_on = None

NOW = sa.text("now()")
KINDS = (
    "timebank", "mutual_aid", "drop_in", "micro_enterprise", "transport", "group", "venue", "lending", "food"
)  # fmt: skip
NOTE_KINDS = "kind IN ('changed', 'stopped', 'bounced', 'silent', 'hiding', 'hidden')"
# People move on fastest in mutual aid.
RULES = """
INSERT INTO directory.check_rule (kind, months)
SELECT kind, CASE kind WHEN 'mutual_aid' THEN 6 ELSE 12 END FROM unnest(CAST(:kinds AS text[])) AS kind
"""
# What nobody has checked yet is due four weeks after it came in.
ENTRY_DUE = """
CREATE VIEW directory.entry_due AS
SELECT e.id AS entry_id, e.kind, e.slug, e.name, e.state, e.is_example, k.checked_on,
  (e.created_at AT TIME ZONE 'Europe/London')::date AS came_on,
  coalesce((k.checked_on + make_interval(months => r.months))::date,
           (e.created_at AT TIME ZONE 'Europe/London')::date + 28) AS due_on
FROM directory.entry e
JOIN directory.check_rule r ON r.kind = e.kind
LEFT JOIN (SELECT entry_id, max(checked_on) AS checked_on FROM directory.entry_check GROUP BY entry_id) k
  ON k.entry_id = e.id
WHERE e.stage = 'published'
"""
# The log only grows. A merge moves its rows to the entry that stays; they go with an entry that is deleted,
# and forget a person whose account is deleted.
APPEND_ONLY = """
CREATE FUNCTION directory.keep_contact_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT FROM directory.entry WHERE id = OLD.entry_id) THEN
      RAISE EXCEPTION 'The log of contact attempts only grows: nothing in it is deleted.';
    END IF;
    RETURN OLD;
  END IF;
  IF to_jsonb(NEW) - 'entry_id' - 'person_id' <> to_jsonb(OLD) - 'entry_id' - 'person_id'
     OR NEW.person_id IS DISTINCT FROM OLD.person_id AND NEW.person_id IS NOT NULL THEN
    RAISE EXCEPTION 'The log of contact attempts only grows: nothing in it is changed.';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_contact_attempt BEFORE UPDATE OR DELETE ON directory.contact_attempt
  FOR EACH ROW EXECUTE FUNCTION directory.keep_contact_attempt();
"""
FACE_DUE = """
UPDATE face.entries f SET due_on = (f.checked_on + make_interval(months => r.months))::date
FROM directory.check_rule r WHERE r.kind = f.kind AND f.checked_on IS NOT NULL
"""


def made(name: str = "made_at") -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=NOW, nullable=False)


def moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True))


def words(name: str, *, needed: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=not needed)


def tied(table: str, name: str, to: str, *, then: str = "CASCADE") -> tuple[object, object]:
    return (
        sa.Column(name, sa.Uuid(), nullable=then != "CASCADE"),
        sa.ForeignKeyConstraint(
            [name], [f"directory.{to}.id"], name=op.f(f"fk_{table}_{name}"), ondelete=then
        ),
    )


def index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), schema="directory")


def upgrade() -> None:
    make_rules()
    make_attempts()
    make_reminders()
    make_owners()


def make_rules() -> None:
    op.create_table(
        "check_rule",
        words("kind"),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.CheckConstraint("months BETWEEN 1 AND 60", name=op.f("ck_check_rule_months")),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_check_rule")),
        schema="directory",
    )
    op.execute(sa.text(RULES).bindparams(kinds=list(KINDS)))
    op.execute(ENTRY_DUE)
    op.add_column("entries", sa.Column("due_on", sa.Date()), schema="face")
    op.execute(FACE_DUE)


def make_attempts() -> None:
    op.create_table(
        "contact_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        *tied("contact_attempt", "entry_id", "entry"),
        sa.Column("tried_on", sa.Date(), nullable=False),
        words("how"),
        words("outcome"),
        words("note", needed=False),
        words("made_by"),
        *tied("contact_attempt", "person_id", "person", then="SET NULL"),
        made(),
        sa.CheckConstraint(
            "how IN ('phoned', 'visited', 'emailed', 'wrote', 'messaged')",
            name=op.f("ck_contact_attempt_how"),
        ),
        sa.CheckConstraint(
            "outcome IN ('no_answer', 'left_message', 'spoke', 'wrong_address', 'ask_later', 'stopped')",
            name=op.f("ck_contact_attempt_outcome"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_attempt")),
        schema="directory",
    )
    index("contact_attempt", "entry_id")
    index("contact_attempt", "person_id")
    op.execute(APPEND_ONLY)


def make_reminders() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.Uuid(), nullable=False),
        *tied("reminder", "entry_id", "entry"),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("queued_on", sa.Date(), nullable=False),
        words("mail_key", needed=False),
        moment("bounced_at"),
        sa.CheckConstraint("step BETWEEN 1 AND 4", name=op.f("ck_reminder_step")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("entry_id", "due_on", "step", name=op.f("uq_reminder_entry_id_due_on_step")),
        schema="directory",
    )
    op.create_table(
        "owner_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        *tied("owner_note", "entry_id", "entry"),
        sa.Column("area_codes", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        words("kind"),
        words("words", needed=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        made(),
        moment("decided_at"),
        words("decided_by", needed=False),
        sa.CheckConstraint(NOTE_KINDS, name=op.f("ck_owner_note_kind")),
        sa.CheckConstraint("state IN ('waiting', 'done')", name=op.f("ck_owner_note_state")),
        sa.CheckConstraint("(state = 'done') = (decided_at IS NOT NULL)", name=op.f("ck_owner_note_decided")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_note")),
        schema="directory",
    )
    index("owner_note", "entry_id")
    op.create_index(
        "ix_owner_note_waiting",
        "owner_note",
        ["made_at"],
        schema="directory",
        postgresql_where=sa.text("state = 'waiting'"),
    )


def make_owners() -> None:
    op.create_table(
        "owner",
        sa.Column("id", sa.Uuid(), nullable=False),
        *tied("owner", "entry_id", "entry"),
        *tied("owner", "person_id", "person"),
        sa.Column("trusted", sa.Boolean(), server_default="false", nullable=False),
        made(),
        moment("ended_at"),
        words("ended_by", needed=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner")),
        schema="directory",
    )
    op.create_index(
        "uq_owner_standing",
        "owner",
        ["entry_id", "person_id"],
        unique=True,
        schema="directory",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    index("owner", "person_id")


def downgrade() -> None:
    op.drop_column("entries", "due_on", schema="face")
    op.execute("DROP VIEW directory.entry_due")
    for table in ("owner", "owner_note", "reminder", "contact_attempt", "check_rule"):
        op.drop_table(table, schema="directory")
    op.execute("DROP FUNCTION directory.keep_contact_attempt()")
